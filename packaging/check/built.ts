import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as ipc from "../../src/main/ipc.ts";
import type * as permissions from "../../src/main/permissions.ts";
import type * as scheme from "../../src/main/scheme.ts";
import type * as settings from "../../src/main/settings.ts";
import type * as window from "../../src/main/window.ts";
import type * as consoleCalls from "../../src/shared/console-calls.ts";
import type * as desktop from "../../src/shared/desktop.ts";
import type * as statePush from "../../src/shared/state-push.ts";

interface BuiltModules {
  readonly "main/ipc.js": typeof ipc;
  readonly "main/permissions.js": typeof permissions;
  readonly "main/scheme.js": typeof scheme;
  readonly "main/settings.js": typeof settings;
  readonly "main/window.js": typeof window;
  readonly "shared/console-calls.js": typeof consoleCalls;
  readonly "shared/desktop.js": typeof desktop;
  readonly "shared/state-push.js": typeof statePush;
}

/** A module of `root`/dist as it ships; it has its source's type, because tsc has just built it from there. */
export async function importBuilt<F extends keyof BuiltModules>(root: string, file: F): Promise<BuiltModules[F]> {
  return (await import(pathToFileURL(join(root, "dist", file)).href)) as BuiltModules[F];
}

/** The names of every call that a page may make, each of which has a schema. */
export async function agreedCalls(root: string): Promise<readonly string[]> {
  const { consoleCalls } = await importBuilt(root, "shared/console-calls.js");
  const { desktopCalls } = await importBuilt(root, "shared/desktop.js");
  const { stateCalls } = await importBuilt(root, "shared/state-push.js");
  return [...Object.keys(consoleCalls), ...Object.keys(stateCalls), ...Object.keys(desktopCalls)];
}
