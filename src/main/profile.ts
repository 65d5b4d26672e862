import { hostname } from "node:os";
import { resolve } from "node:path";
import { dialog } from "electron";
import type { openClient } from "../client/index.ts";
import { profilesHome } from "../client/profiles/home.ts";
import { managedPolicy, managedPolicyFile, type ManagedPolicy } from "../client/profiles/managed.ts";
import { sideBySide, type SideBySide } from "../client/profiles/side-by-side.ts";
import { toFailure } from "../shared/errors.ts";
import { report } from "./report.ts";
import { optionValue } from "./start-options.ts";
import { dialogs as words } from "./words/dialogs.ts";

/** Where profiles lie, where Chromium's own data goes with them (null: the default), and what the machine's owner says. */
export interface ProfilePlace {
  readonly home: string;
  /** The one profile that the app was started for, by its folder. */
  readonly only: string | null;
  readonly userData: string | null;
  readonly managed: ManagedPolicy;
}

/** The profile named by `--profile DIR`, otherwise this person's list of them. */
export function findProfile(
  argv: readonly string[] = process.argv,
  env: NodeJS.ProcessEnv = process.env,
  policyFile = managedPolicyFile(env),
): ProfilePlace {
  const policy = managedPolicy(policyFile, report);
  const managed = { ...policy, gateway: policy.gateway ?? env["COUNTERSIGN_GATEWAY"] ?? null };
  const home = profilesHome(env);
  const named = optionValue(argv, "--profile");
  if (named === null) return { home, only: null, userData: null, managed };
  const only = resolve(named);
  // Two apps: each has its own instance lock, settings and caches.
  return { home, only, userData: resolve(only, "desktop"), managed };
}

type OpenOptions = Parameters<typeof openClient>[0];

/** The person's profiles with the one in use open; where the one that was named can't be opened, says why in a dialog and returns null. */
export async function openProfiles(
  open: typeof openClient,
  { home, only, managed }: ProfilePlace,
  desktop: Pick<OpenOptions, "openBrowser" | "copyText" | "saveText"> & {
    readonly vaultOf: (directory: string) => Promise<Pick<OpenOptions, "vault" | "secrets">>;
  },
): Promise<SideBySide | null> {
  const { vaultOf, ...ways } = desktop;
  const profiles = sideBySide({
    home,
    only,
    managed,
    open: async (directory) => open({ directory, deviceName: hostname(), ...ways, ...(await vaultOf(directory)) }),
    onFault: report,
  });
  try {
    await profiles.start();
    return profiles;
  } catch (error) {
    report("The profile did not open", error);
    await dialog.showMessageBox({ type: "error", message: words.notStarted, detail: toFailure(error).message });
    return null;
  }
}
