import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { configurationFindings, entitlementFindings, sealedFuses } from "../../packaging/check/installers.ts";
import { optionFindings } from "../../packaging/check/window-options.ts";

// What is built is judged as it is: `npm test` builds first. A copy of it is weakened, one place at a time.

const root = fileURLToPath(new URL("../../", import.meta.url));
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "countersign-weakened-"));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  await mkdir(join(copy, "assets"));
  for (const path of [
    "package.json",
    "electron-builder.yml",
    "assets/entitlements.mac.plist",
    "src/preload",
    "src/shared",
  ])
    await cp(join(root, path), join(copy, path), { recursive: true });
  for (const part of ["main", "client", "shared"])
    await cp(join(root, "dist", part), join(copy, "dist", part), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test("finds nothing in this repository", async () => {
  expect(await check(root)).toEqual({ status: 0, findings: "" });
});

const weakened: readonly [what: string, file: string, from: string | RegExp, to: string, finding: RegExp][] = [
  ["a fuse left out", "electron-builder.yml", "  runAsNode: false\n", "", /electronFuses.runAsNode must be false/],
  ["no sandbox", "dist/main/window.js", "sandbox: true", "sandbox: false", /webPreferences.sandbox/],
  [
    "one world",
    "dist/main/window.js",
    "contextIsolation: true",
    "contextIsolation: false",
    /webPreferences.contextIsolation/,
  ],
  [
    "a second window",
    "dist/main/tray-app.js",
    /^/,
    `import { BrowserWindow } from "electron";\n`,
    /imports BrowserWindow, which belongs to window.js/,
  ],
  [
    "Electron taken whole",
    "dist/main/tray-app.js",
    /^/,
    `import * as everything from "electron";\n`,
    /takes electron whole/,
  ],
  [
    "Electron under another name",
    "dist/main/tray.js",
    /^/,
    `import { shell as sea } from "electron";\n`,
    /takes electron whole or under another name/,
  ],
  [
    "Electron taken at run time",
    "dist/main/tray.js",
    /$/,
    `\nexport const late = () => import("electron");\n`,
    /takes electron at run time/,
  ],
  [
    "a power that nobody listed",
    "dist/main/tray.js",
    /^/,
    `import { webFrameMain } from "electron";\n`,
    /imports webFrameMain, which .* does not list/,
  ],
  [
    "a switch on the command line",
    "dist/main/lifecycle.js",
    /$/,
    `\napp.commandLine.appendSwitch("no-sandbox");\n`,
    /uses commandLine/,
  ],
  [
    "answers beside the ones that are checked",
    "dist/main/ipc.js",
    /$/,
    `\nexport const answerFiles = () => ipcMain.handle("files.read", (_event, path) => path);\n`,
    /exports answerFiles, whose channels this check does not see/,
  ],
  [
    "a channel beside the list",
    "dist/main/ipc.js",
    "Object.keys(consoleCalls)",
    `[...Object.keys(consoleCalls), "files.list"]`,
    /answers files.list, which has no schema/,
  ],
  [
    "a synchronous listener",
    "dist/main/ipc.js",
    /$/,
    `\nipcMain.on("token", (event) => { event.returnValue = 1; });\n`,
    /ipcMain.on has no schema|listens on token/,
  ],
  [
    "the settings' listener left there",
    "dist/main/ipc.js",
    /ipcMain\.removeAllListeners\([^)]*\);/,
    "",
    /listens on electron-store-get-data/,
  ],
  ["an input not parsed", "dist/main/ipc.js", "if (!parsed.success)", "if (false)", /is answered without its schema/],
  [
    "a schema that takes anything",
    "dist/shared/console.js",
    /"gateway.retry": z.strictObject\(\{\}\)/,
    `"gateway.retry": z.unknown()`,
    /gateway.retry is answered without its schema/,
  ],
  [
    "an asker not looked at",
    "dist/main/ipc.js",
    "if (!isOurPage(window, event))",
    "if (false)",
    /is answered whoever asks/,
  ],
  [
    "a free navigation",
    "dist/main/permissions.js",
    /contents\.on\("will-frame-navigate".*\n/,
    "",
    /will-frame-navigate is not prevented/,
  ],
  [
    "a free redirect",
    "dist/main/permissions.js",
    /contents\.on\("will-redirect".*\n/,
    "",
    /will-redirect is not prevented/,
  ],
  [
    "a guest page",
    "dist/main/permissions.js",
    /contents\.on\("will-attach-webview".*\n/,
    "",
    /will-attach-webview is not prevented/,
  ],
  ["windows opened by pages", "dist/main/permissions.js", `action: "deny"`, `action: "allow"`, /may open windows/],
  [
    "a permission granted",
    "dist/main/permissions.js",
    "answer(false)",
    "answer(true)",
    /request handler does not deny/,
  ],
  [
    "a permission looked up",
    "dist/main/permissions.js",
    "setPermissionCheckHandler(() => false)",
    "setPermissionCheckHandler(() => true)",
    /check handler does not deny/,
  ],
  [
    "a device granted",
    "dist/main/permissions.js",
    "setDevicePermissionHandler(() => false)",
    "setDevicePermissionHandler(() => true)",
    /device handler does not deny/,
  ],
  ["a download", "dist/main/permissions.js", /session\.on\("will-download".*\n/, "", /may download/],
  ["the network", "dist/main/permissions.js", "cancel: true", "cancel: false", /network handler does not deny/],
  [
    "a generic channel",
    "src/preload/index.ts",
    "ipcRenderer.invoke(channel, input)",
    "ipcRenderer.invoke(String(input), {})",
    /retry asks for electron-store-get-data, which is not agreed/,
  ],
  [
    "a second thing shown to pages",
    "src/preload/index.ts",
    /$/,
    `\ncontextBridge.exposeInMainWorld("node", process);\n`,
    /a second thing, node/,
  ],
  [
    "a value among the methods",
    "src/preload/index.ts",
    "const bridge: ConsoleBridge = {",
    "const bridge: ConsoleBridge = {\n  renderer: ipcRenderer, version: 45,",
    /renderer.invoke asks for .*, which is not agreed[^]*version is not a method/,
  ],
];

/** All of `weakened` at once, but for what would hide another: each has its own finding, and an untouched tree has none. */
async function findingsWhere(places: typeof weakened): Promise<string> {
  const before = new Map<string, string>();
  for (const [what, file, from, to] of places) {
    const path = join(copy, file);
    const present = await readFile(path, "utf8");
    if (!before.has(path)) before.set(path, present);
    const after = present.replace(from, () => to);
    expect(after, what).not.toBe(present);
    await writeFile(path, after);
  }
  const { status, findings } = await check(copy);
  for (const [path, text] of before) await writeFile(path, text);
  expect(status).toBe(1);
  return findings;
}

const laxSchema = "a schema that takes anything";
const found: { together: string; laxSchema: string } = { together: "", laxSchema: "" };
beforeAll(async () => {
  found.together = await findingsWhere(weakened.filter(([what]) => what !== laxSchema));
  found.laxSchema = await findingsWhere(weakened.filter(([what]) => what === laxSchema));
});

test.each(weakened)("fails for %s", (what, _file, _from, _to, finding) => {
  expect(what === laxSchema ? found.laxSchema : found.together).toMatch(finding);
});

const shippedConfiguration = async (): Promise<Record<string, unknown>> =>
  parse(await readFile(join(root, "electron-builder.yml"), "utf8")) as Record<string, unknown>;

test.each(Object.entries(sealedFuses))("fails where the fuse %s is missing or not %s", async (fuse, state) => {
  const shipped = await shippedConfiguration();
  const { [fuse as keyof typeof sealedFuses]: _, ...without } = sealedFuses;
  const finding = `electron-builder.yml: electronFuses.${fuse} must be ${state}`;
  expect(configurationFindings({ ...shipped, electronFuses: without })).toEqual([finding]);
  expect(configurationFindings({ ...shipped, electronFuses: { ...sealedFuses, [fuse]: !state } })).toEqual([finding]);
});

test.each([
  [{ electronFuses: undefined }, /electronFuses is missing/],
  [{ electronFuses: { ...sealedFuses, somethingNew: true } }, /somethingNew is not known/],
  [{ asar: false }, /asar must be true/],
  [{ asar: { smartUnpack: true } }, /asar must be true/],
  [{ asarUnpack: ["**/*"] }, /asarUnpack may not be set/],
  [{ disableAsarIntegrity: true }, /disableAsarIntegrity must be false/],
  [{ linux: { asar: false } }, /linux.asar may not differ/],
  [{ win: undefined }, /win is missing/],
  [{ mac: { hardenedRuntime: false } }, /mac.hardenedRuntime must be true/],
])("fails for the configuration %j", async (changed, finding) => {
  expect(configurationFindings({ ...(await shippedConfiguration()), ...changed }).join("\n")).toMatch(finding);
});

test("fails for a right that lets foreign libraries into the process", () => {
  const plist = "<dict><key>com.apple.security.cs.disable-library-validation</key><true/></dict>";
  expect(entitlementFindings(plist)).toHaveLength(1);
});

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

async function check(tree: string): Promise<{ status: number; findings: string }> {
  const child = spawn(process.execPath, [join(root, "packaging/check.ts"), "--root", tree], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [findings, [status]] = await Promise.all([text(child.stderr), once(child, "exit") as Promise<[number]>]);
  return { status, findings };
}
