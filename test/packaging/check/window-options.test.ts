import { expect, test } from "vitest";
import { optionFindings } from "../../../packaging/check/window-options.ts";

const preferences = {
  preload: "preload.cjs",
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  devTools: false,
};
test.each(Object.keys(preferences).filter((name) => name !== "preload") as (keyof typeof preferences)[])(
  "fails for a window whose %s is turned or left to Electron's default",
  (name) => {
    const { [name]: _, ...without } = preferences;
    expect(optionFindings({ webPreferences: preferences })).toEqual([]);
    expect(optionFindings({ webPreferences: without })).toHaveLength(1);
    expect(optionFindings({ webPreferences: { ...preferences, [name]: !preferences[name] } })).toHaveLength(1);
  },
);

test.each([{ enableBlinkFeatures: "X" }, { additionalArguments: ["--token=1"] }, { partition: "persist:other" }])(
  "fails for a window with %j",
  (more) => {
    expect(optionFindings({ webPreferences: { ...preferences, ...more } })).toHaveLength(1);
  },
);
