import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sealedFuses } from "../../packaging/check/installers.ts";
import { copyTree, type Change, type WeakenedTree } from "./weakened-tree.ts";

// Each fuse and each web preference, weakened in what is built. Those of one kind are weakened together: each
// has its own finding.

let tree: WeakenedTree;
beforeAll(async () => {
  tree = await copyTree();
});
afterAll(() => tree.remove());

const window = "dist/main/window.js";
/** As they must be. */
const preferences = {
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
} as const;
const all = Object.entries(preferences);
const names = [...all.map(([name]) => name), "devTools"];
const turned = `{ ${all.map(([name, value]) => `${name}: ${!value}`).join(", ")}, devTools: true }`;
const isSaid = (name: string, findings: string) => findings.includes(`main/window.js: webPreferences.${name}: `);
const finding = (changes: () => readonly Change[]) => {
  const held = { findings: "" };
  beforeAll(async () => {
    held.findings = await tree.findingsWhere(changes());
  });
  return () => held.findings;
};

describe("a fuse of electron-builder.yml", () => {
  const fuses = Object.entries(sealedFuses);
  const file = "electron-builder.yml";
  const missing = finding(() => fuses.map(([name, state]) => [name, file, `${name}: ${state}`, `${name}s: ${state}`]));
  const wrong = finding(() => fuses.map(([name, state]) => [name, file, `${name}: ${state}`, `${name}: ${!state}`]));
  const asText = finding(() => fuses.map(([name, state]) => [name, file, `${name}: ${state}`, `${name}: "${state}"`]));

  test.each(fuses)("%s is noticed when it is misspelt, turned, or a text instead of %s", (name, state) => {
    for (const findings of [missing(), wrong(), asText()])
      expect(findings).toContain(`electronFuses.${name} must be ${state}`);
  });
});

describe("a web preference of the window", () => {
  const inPlace = finding(() => [
    ...all.map(([name, value]): Change => [name, window, `${name}: ${value}`, `${name}: ${!value}`]),
    ["devTools", window, "devTools: !app.isPackaged", "devTools: app.isPackaged"],
  ]);
  const leftOut = finding(() => [
    ...all.map(([name, value]): Change => [name, window, `${name}: ${value},`, ""]),
    ["devTools", window, "devTools: !app.isPackaged,", ""],
  ]);
  const bySpread = finding(() => [
    ["spread", window, "devTools: !app.isPackaged,", "devTools: !app.isPackaged, ...weaker,"],
    [
      "its value",
      window,
      "export function createConsoleWindow",
      `const weaker = ${turned};\nexport function createConsoleWindow`,
    ],
  ]);
  const byVariable = finding(() => [
    ["variables", window, /webPreferences: \{[^}]*\}/, "webPreferences: weaker"],
    [
      "its value",
      window,
      "export function createConsoleWindow",
      `const weaker = ${turned};\nexport function createConsoleWindow`,
    ],
  ]);

  test.each(names)("%s is noticed when it is turned or left out, in place, by a spread or by a variable", (name) => {
    expect(isSaid(name, inPlace()), "in place").toBe(true);
    expect(isSaid(name, leftOut()), "left out").toBe(true);
    expect(isSaid(name, bySpread()), "by a spread").toBe(true);
    expect(isSaid(name, byVariable()), "by a variable").toBe(true);
  });

  // Turned only where the check does not look: at run time, under a condition.
  const conditional = finding(() =>
    all.map(([name, value]): Change => [
      name,
      window,
      `${name}: ${value}`,
      `${name}: process.env.WEAKER === undefined ? ${value} : ${!value}`,
    ]),
  );
  test.each(all)("%s is noticed when it hangs on a condition", (name) => {
    expect(conditional()).toContain(`webPreferences.${name} is not written out as a value`);
  });

  test("is noticed when something may replace it later, or another window is made where the check never comes", async () => {
    const spread = await tree.findingsWhere([
      ["a spread after all of it", window, "autoHideMenuBar: true,", ""],
      [
        "of something",
        window,
        /(devTools: !app\.isPackaged,\s*\},)/,
        "devTools: !app.isPackaged, },\n ...(process.env.X ? { webPreferences: {} } : {}),",
      ],
    ]);
    expect(spread).toContain("what is spread after webPreferences may replace them");
    const second = await tree.findingsWhere([
      [
        "a window for later",
        window,
        /$/,
        `\nconst later = () => new BrowserWindow({ webPreferences: { sandbox: false } });\n`,
      ],
      ["under another name", window, /$/, `\nconst Other = BrowserWindow;\nconst last = () => new Other({});\n`],
    ]);
    expect(second).toContain("main: makes a window in 2 places, not in one");
    expect(second).toContain("main/window.js: BrowserWindow is used otherwise than to make the window");
  });
});
