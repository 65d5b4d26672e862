import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAst } from "vite";
import { nameOf, walkTree, type TreeNode } from "./tree.ts";

/** The built main as its syntax says it: what its files take from Electron, and what they do with it. */
export interface BuiltMain {
  readonly files: readonly { readonly file: string; readonly tree: TreeNode }[];
  /** Every name imported from `electron`, for whoever stands in for it. */
  readonly imported: readonly string[];
}

/** Reads every script of `root`/dist/main; throws where there is none, as nothing would be judged. */
export async function readBuiltMain(root: string): Promise<BuiltMain> {
  const folder = join(root, "dist/main");
  if (!existsSync(folder)) throw new Error(`${folder} is missing: run tsc -b --force first`);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".js")).sort();
  if (names.length === 0) throw new Error(`${folder} holds no scripts: run tsc -b --force first`);
  const files = await Promise.all(
    names.map(async (file) => ({
      file,
      tree: parseAst(await readFile(join(folder, file), "utf8")) as unknown as TreeNode,
    })),
  );
  const imported = files.flatMap(({ tree }) => electronImports(tree).flatMap(({ name }) => name ?? []));
  return { files, imported: [...new Set(imported)] };
}

/** What the built main does with Electron that it may not, a line each. */
export function electronFindings(main: BuiltMain): readonly string[] {
  return main.files.flatMap(({ file, tree }) => [
    ...importFindings(file, tree),
    ...memberFindings(file, tree),
    ...eventFindings(file, tree),
  ]);
}

/** The one file that may hold each power; every other name of Electron must be added here by whoever first needs it. */
const mayImport: Readonly<Record<string, readonly string[] | "anywhere">> = {
  BrowserWindow: ["window.js"],
  ipcMain: ["ipc.js"],
  shell: ["external.js"],
  protocol: ["scheme.js"],
  session: ["tray-app.js"],
  clipboard: ["tray-app.js"],
  safeStorage: ["keychain.js"],
  app: "anywhere",
  dialog: "anywhere",
  Menu: "anywhere",
  nativeImage: "anywhere",
  nativeTheme: "anywhere",
  Notification: "anywhere",
  powerMonitor: "anywhere",
  screen: "anywhere",
  Tray: "anywhere",
};

/** Members that open what the window options close, by why. */
const forbidden: ReadonlyMap<string, string> = new Map([
  ["commandLine", "switches can take the sandbox away"],
  ["executeJavaScript", "main runs no code in pages"],
  ["executeJavaScriptInIsolatedWorld", "main runs no code in pages"],
  ["openDevTools", "a shipped page is not debugged"],
  ["openPath", "it starts whatever program a file's name picks"],
  ["ipc", "calls are answered in ipc.js alone"],
  ["postMessage", "a port has no schema"],
  ["ports", "a port has no schema"],
  ["handleOnce", "calls are answered in ipc.js alone"],
  ["setDisplayMediaRequestHandler", "nobody's screen is shared"],
  ["setBluetoothPairingHandler", "pages have no devices"],
  ["setUSBProtectedClassesHandler", "pages have no devices"],
  ["setCertificateVerifyProc", "certificates are the system's to judge"],
  ["loadFile", "pages come from the console's own scheme"],
  ["setPreloads", "the one preload is the window's"],
  ["registerPreloadScript", "the one preload is the window's"],
  ["fromPartition", "there is one session, and it denies"],
]);

/** Members that close something for every page; a second use elsewhere would take the place of the first. */
const belongs: ReadonlyMap<string, string> = new Map([
  ["setWindowOpenHandler", "permissions.js"],
  ["setPermissionRequestHandler", "permissions.js"],
  ["setPermissionCheckHandler", "permissions.js"],
  ["setDevicePermissionHandler", "permissions.js"],
  ["setSpellCheckerEnabled", "permissions.js"],
  ["webRequest", "permissions.js"],
  ["removeAllListeners", "ipc.js"],
]);

/** Events by which a page would be heard without a schema, or be granted what the system asks about. */
const deafTo: ReadonlySet<string> = new Set([
  "ipc-message",
  "ipc-message-sync",
  "-ipc-message",
  "-ipc-invoke",
  "-ipc-ports",
  "select-bluetooth-device",
  "select-hid-device",
  "select-serial-port",
  "select-usb-device",
  "select-client-certificate",
  "certificate-error",
  "login",
]);

function importFindings(file: string, tree: TreeNode): readonly string[] {
  return electronImports(tree).flatMap(({ name, how }) => {
    if (name === null) return [`main/${file}: takes electron ${how}; name what is needed`];
    const allowed = mayImport[name];
    if (allowed === undefined)
      return [`main/${file}: imports ${name}, which packaging/check/electron-use.ts does not list`];
    if (allowed === "anywhere" || allowed.includes(file)) return [];
    return [`main/${file}: imports ${name}, which belongs to ${allowed.join(", ")}`];
  });
}

/** Each thing taken from `electron`; a null name where it is taken whole, under another name, or in a way that cannot be read. */
function electronImports(tree: TreeNode): readonly { readonly name: string | null; readonly how: string }[] {
  const found: { name: string | null; how: string }[] = [];
  walkTree(tree, (node) => {
    if (node.type === "ImportDeclaration" && node.source?.value === "electron")
      for (const specifier of node.specifiers ?? []) {
        const same = specifier.type === "ImportSpecifier" && specifier.imported?.name === specifier.local?.name;
        found.push({ name: same ? (specifier.local?.name ?? null) : null, how: "whole or under another name" });
      }
    if (node.type.startsWith("Export") && node.source?.value === "electron")
      found.push({ name: null, how: "to pass it on" });
    if (node.type === "ImportExpression" && typeof node.source?.value !== "string")
      found.push({ name: null, how: "perhaps, by a name made at run time" });
    if (node.type === "ImportExpression" && node.source?.value === "electron")
      found.push({ name: null, how: "at run time" });
    if (node.type === "Identifier" && (node.name === "require" || node.name === "createRequire"))
      found.push({ name: null, how: "perhaps, by require" });
  });
  return found;
}

function memberFindings(file: string, tree: TreeNode): readonly string[] {
  const found: string[] = [];
  walkTree(tree, (node) => {
    // `const { ipc } = contents` takes a member as `contents.ipc` does.
    const taken = node.type === "ObjectPattern" ? (node.properties ?? []).map(nameOf) : [memberOf(node)];
    for (const name of taken) {
      if (name === null) continue;
      const why = forbidden.get(name);
      if (why !== undefined) found.push(`main/${file}: uses ${name}: ${why}`);
      const owner = belongs.get(name);
      if (owner !== undefined && owner !== file) found.push(`main/${file}: uses ${name}, which belongs to ${owner}`);
    }
  });
  return found;
}

/** The member that an expression names, by its identifier or by text. */
function memberOf({ type, property, computed }: TreeNode): string | null {
  if (type !== "MemberExpression" || property === undefined) return null;
  if (computed === true) return typeof property.value === "string" ? property.value : null;
  return property.name ?? null;
}

function eventFindings(file: string, tree: TreeNode): readonly string[] {
  const found: string[] = [];
  walkTree(tree, (node) => {
    if (node.type === "Literal" && typeof node.value === "string" && deafTo.has(node.value))
      found.push(`main/${file}: names the event ${node.value}: pages are heard by ipc.js alone`);
  });
  return found;
}
