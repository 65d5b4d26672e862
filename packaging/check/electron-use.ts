import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAst } from "vite";
import { walkTree, type TreeNode } from "./tree.ts";

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
  return [
    ...main.files.flatMap(({ file, tree }) => [...importFindings(file, tree), ...memberFindings(file, tree)]),
    ...handleFindings(main),
  ];
}

/** The one file that may hold each power; every other name of Electron must be added here by whoever first needs it. */
const mayImport: Readonly<Record<string, readonly string[] | "anywhere">> = {
  BrowserWindow: ["window.js"],
  ipcMain: ["ipc.js"],
  shell: ["external.js"],
  protocol: ["scheme.js"],
  session: ["tray-app.js"],
  clipboard: ["tray-app.js"],
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
  ["handleOnce", "calls are answered in ipc.js alone"],
  ["setCertificateVerifyProc", "certificates are the system's to judge"],
  ["loadFile", "pages come from the console's own scheme"],
  ["setPreloads", "the one preload is the window's"],
  ["registerPreloadScript", "the one preload is the window's"],
  ["fromPartition", "there is one session, and it denies"],
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
    if (node.type !== "MemberExpression") return;
    const name = node.property?.name ?? node.property?.value;
    const why = typeof name === "string" ? forbidden.get(name) : undefined;
    if (why !== undefined) found.push(`main/${file}: uses ${String(name)}: ${why}`);
  });
  return found;
}

/** `ipcMain` is used to answer calls, and to stop a library's listener; anything else has no schema before it. */
function handleFindings(main: BuiltMain): readonly string[] {
  const uses: string[] = [];
  for (const { tree } of main.files)
    walkTree(tree, (node) => {
      if (node.type === "MemberExpression" && node.object?.name === "ipcMain")
        uses.push(String(node.property?.name ?? node.property?.value));
    });
  const others = uses.filter((use) => use !== "handle" && use !== "removeAllListeners");
  return others.map((use) => `main: ipcMain.${use} has no schema before it`);
}
