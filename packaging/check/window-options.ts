import { z } from "zod";
import { importBuilt } from "./built.ts";
import type { RecordedElectron } from "./recorded-electron.ts";

/**
 * The web preferences of a shipped window: each said, none left to a default that a later Electron could change, and no other.
 * Source: electronjs.org/docs/latest/tutorial/security.
 */
const webPreferences = z.strictObject({
  preload: z.string(),
  contextIsolation: z.literal(true),
  sandbox: z.literal(true),
  nodeIntegration: z.literal(false),
  nodeIntegrationInWorker: z.literal(false),
  nodeIntegrationInSubFrames: z.literal(false),
  webSecurity: z.literal(true),
  allowRunningInsecureContent: z.literal(false),
  experimentalFeatures: z.literal(false),
  webviewTag: z.literal(false),
  navigateOnDragDrop: z.literal(false),
  // Its dictionaries come from the network.
  spellcheck: z.literal(false),
  devTools: z.literal(false),
});

const windowOptions = z.looseObject({ webPreferences });

/** What is wrong with the windows and pages that the built main of `root` makes as a packaged app, a line each. */
export async function windowFindings(root: string, electron: RecordedElectron): Promise<readonly string[]> {
  const { createConsoleWindow } = await importBuilt(root, "main/window.js");
  const { defaultSettings } = await importBuilt(root, "main/settings.js");
  const pages = await importBuilt(root, "main/permissions.js");
  createConsoleWindow({
    preload: "preload.cjs",
    settings: { get: () => defaultSettings, set: () => undefined },
    hasTray: () => true,
  });
  pages.lockPages();
  pages.denyPermissions(electron.session);
  return [
    ...electron.windows.flatMap(optionFindings),
    ...(electron.windows.length === 1 ? [] : [`main/window.js makes ${electron.windows.length} windows, not one`]),
    ...electron.openPages().map((what) => `main/permissions.js: ${what}`),
  ];
}

/** What is wrong with the options of one window. */
export function optionFindings(options: unknown): readonly string[] {
  const parsed = windowOptions.safeParse(options);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => `main/window.js: ${issue.path.join(".")}: ${issue.message}`);
}
