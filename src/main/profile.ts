import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { app, dialog } from "electron";
import { z } from "zod";
import type { Client, openClient } from "../client/index.ts";
import { toFailure } from "../shared/errors.ts";
import { report } from "./report.ts";
import { optionValue } from "./start-options.ts";
import { dialogs as words } from "./words/dialogs.ts";

/** Where the profile lies, where Chromium's own data goes with it (null: the default), and the gateway that the machine's owner names. */
export interface ProfilePlace {
  readonly directory: string;
  readonly userData: string | null;
  readonly gateway: string | null;
}

/** The profile named by `--profile DIR`, otherwise `profiles/default` of the user data folder. */
export function findProfile(
  argv: readonly string[] = process.argv,
  env: NodeJS.ProcessEnv = process.env,
  policyFile = managedPolicyFile(env),
): ProfilePlace {
  const gateway = managedGateway(policyFile) ?? env["COUNTERSIGN_GATEWAY"] ?? null;
  const named = optionValue(argv, "--profile");
  if (named === null)
    return { directory: join(app.getPath("userData"), "profiles", "default"), userData: null, gateway };
  const directory = resolve(named);
  // Two profiles are two apps: each has its own instance lock, settings and caches.
  return { directory, userData: join(directory, "desktop"), gateway };
}

/**
 * Opens the profile, or says in a dialog why that cannot be and returns null. A profile is made in a terminal for now, where
 * a person confirms the gateway; tokens and keys rest in memory only, until the vault of the OS keychain is built.
 */
export async function openProfile(
  open: typeof openClient,
  place: ProfilePlace,
  desktop: Pick<Parameters<typeof openClient>[0], "openBrowser" | "copyText" | "saveText">,
): Promise<Client | null> {
  if (!existsSync(join(place.directory, "profile.json"))) {
    await dialog.showMessageBox({ type: "info", message: words.noGateway.message, detail: firstSteps(place) });
    return null;
  }
  try {
    return await open({ directory: place.directory, deviceName: hostname(), ...desktop });
  } catch (error) {
    report(`The profile ${place.directory} did not open`, error);
    await dialog.showMessageBox({
      type: "error",
      message: words.notStarted,
      detail: toFailure(error).message,
    });
    return null;
  }
}

/** What to type so that the next start finds a profile. */
function firstSteps({ directory, gateway }: ProfilePlace): string {
  const command = `countersign sign-in --gateway ${gateway ?? "URL"} --profile "${directory}"`;
  return words.noGateway.detail(command, gateway !== null);
}

const managedPolicy = z.object({ gateway: z.url() });

/** The gateway named by the machine's administrator, in a file that only an administrator can write. */
function managedGateway(file: string): string | null {
  if (!existsSync(file)) return null;
  try {
    return managedPolicy.parse(JSON.parse(readFileSync(file, "utf8"))).gateway;
  } catch (error) {
    report(`${file} is not a policy: it needs {"gateway": URL}`, error);
    return null;
  }
}

function managedPolicyFile(env: NodeJS.ProcessEnv): string {
  if (process.platform === "darwin") return "/Library/Application Support/Countersign/policy.json";
  if (process.platform === "win32") return join(env["ProgramData"] ?? "C:\\ProgramData", "Countersign", "policy.json");
  return "/etc/countersign/policy.json";
}
