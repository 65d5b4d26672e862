import { afterAll, beforeAll, expect, test } from "vitest";
import { copyTree, type Change, type WeakenedTree } from "./weakened-tree.ts";

// Each way in which main could hear a page without a schema, or loosen what another file has closed, added to what is built.

const ipc = "dist/main/ipc.js";
const window = "dist/main/window.js";
const hear = (code: string): Change => [code, ipc, /$/, `\n${code}\n`];
const hearWindow = (code: string): Change => [code, window, /$/, `\n${code}\n`];
const ways: readonly (readonly [Change, RegExp])[] = [
  [hear(`ipcMain.handle("files.read", (_event, path) => path);`), /ipcMain\.handle names a channel of its own/],
  [hear(`const late = () => ipcMain.handle("files.list", () => []);`), /ipcMain\.handle names a channel of its own/],
  [hear(`ipcMain.on("a.on", () => 1);`), /listens on a\.on without a schema/],
  [hear(`ipcMain.once("a.once", () => 1);`), /listens on a\.once without a schema/],
  [hear(`ipcMain.addListener("a.add", () => 1);`), /listens on a\.add without a schema/],
  [hear(`ipcMain.prependListener("a.prepend", () => 1);`), /listens on a\.prepend without a schema/],
  [hear(`const never = () => ipcMain.handleOnce("a.handleOnce", () => 1);`), /uses handleOnce/],
  [
    hear(`const way = "on"; const unread = () => ipcMain[way]("a.computed", () => 1);`),
    /ipcMain has no schema before it/,
  ],
  [hear(`const other = ipcMain; const alias = () => other.on("a.alias", () => 1);`), /ipcMain has no schema before it/],
  [hear(`const taken = () => { const { on } = ipcMain; on("a.taken", () => 1); };`), /ipcMain has no schema before it/],
  [hearWindow(`const byPage = (contents) => contents.ipc.on("a.page", () => 1);`), /window\.js: uses ipc: /],
  [hearWindow(`const byText = (contents) => contents["ipc"].handle("a.text", () => 1);`), /window\.js: uses ipc: /],
  [hearWindow(`const byPattern = ({ ipc }) => ipc.handle("a.pattern", () => 1);`), /window\.js: uses ipc: /],
  [hearWindow(`const byFrame = (frame) => frame.postMessage("a.port", null, []);`), /window\.js: uses postMessage/],
  [hearWindow(`const byPort = (event) => event.ports[0].start();`), /window\.js: uses ports/],
  [hearWindow(`const byEvent = (contents) => contents.on("ipc-message", () => 1);`), /names the event ipc-message:/],
  [
    ["a channel of ports", "dist/main/tray.js", /^/, `import { MessageChannelMain } from "electron";\n`],
    /imports MessageChannelMain, which .* does not list/,
  ],
  [
    ["another process", "dist/main/tray-app.js", /^/, `import { utilityProcess } from "electron";\n`],
    /imports utilityProcess, which .* does not list/,
  ],
  [
    ["ipcMain elsewhere", "dist/main/shell.js", /^/, `import { ipcMain } from "electron";\n`],
    /imports ipcMain, which belongs to ipc\.js/,
  ],
  [
    hearWindow(`const freer = (contents) => contents.setWindowOpenHandler(() => ({ action: "allow" }));`),
    /setWindowOpenHandler, which belongs to permissions\.js/,
  ],
  [
    hearWindow(`const forget = (contents) => contents.removeAllListeners("will-redirect");`),
    /removeAllListeners, which belongs to ipc\.js/,
  ],
  [hearWindow(`const trusting = (app) => app.on("certificate-error", () => 1);`), /names the event certificate-error/],
];

let tree: WeakenedTree;
let findings: string;
beforeAll(async () => {
  tree = await copyTree();
  findings = await tree.findingsWhere(ways.map(([change]) => change));
});
afterAll(() => tree.remove());

test.each(ways.map(([[what], expected]) => [what, expected] as const))("is noticed: %s", (_what, expected) => {
  expect(findings).toMatch(expected);
});
