import type { BuiltMain } from "./electron-use.ts";
import { nameOf, valueOf, walkTree, type TreeNode } from "./tree.ts";

/**
 * What the built main does with the two powers that everything hangs on, as its syntax says it, so that a branch which the check never
 * runs counts as well: one window, its web preferences written out, and `ipcMain` only to answer calls of the agreed lists. A line each.
 */
export function powerFindings(main: BuiltMain): readonly string[] {
  const windows = main.files.flatMap(({ file, tree }) => newWindows(tree).map((node) => ({ file, node })));
  return [
    ...main.files.flatMap(({ file, tree }) => strayFindings(file, tree)),
    ...main.files.flatMap(({ file, tree }) => channelFindings(file, tree)),
    ...(windows.length === 1 ? [] : [`main: makes a window in ${windows.length} places, not in one`]),
    ...windows.flatMap(({ file, node }) => writtenOut(node).map((what) => `main/${file}: ${what}`)),
  ];
}

function newWindows(tree: TreeNode): readonly TreeNode[] {
  return nodesOf(tree, "NewExpression").filter(({ callee }) => callee?.name === "BrowserWindow");
}

/** `ipcMain.handle(…)` and `ipcMain.removeAllListeners(…)`: the second stops a library's listener. */
function answers(tree: TreeNode): readonly TreeNode[] {
  return nodesOf(tree, "CallExpression").filter(({ callee }) => {
    if (callee?.type !== "MemberExpression" || callee.computed === true) return false;
    return callee.object?.name === "ipcMain" && ["handle", "removeAllListeners"].includes(callee.property?.name ?? "");
  });
}

/** Every other mention: under another name, passed on, or by a way that has no schema before it. */
function strayFindings(file: string, tree: TreeNode): readonly string[] {
  const allowed = new Set([
    ...newWindows(tree).map(({ callee }) => callee),
    ...answers(tree).map(({ callee }) => callee?.object),
  ]);
  const found: string[] = [];
  const passedOver = new Set<TreeNode | undefined>();
  walkTree(tree, (node) => {
    if (node.type === "ImportSpecifier") passedOver.add(node.imported).add(node.local);
    if (node.type !== "Identifier" || passedOver.has(node) || allowed.has(node)) return;
    if (node.name === "ipcMain") found.push(`main/${file}: ipcMain has no schema before it but in ipcMain.handle(…)`);
    if (node.name === "BrowserWindow")
      found.push(`main/${file}: BrowserWindow is used otherwise than to make the window`);
  });
  return found;
}

/** A channel that is named here stands in no list, and so has no schema. */
function channelFindings(file: string, tree: TreeNode): readonly string[] {
  return answers(tree)
    .filter(({ callee, arguments: given }) => callee?.property?.name === "handle" && given?.[0]?.type !== "Identifier")
    .map(() => `main/${file}: ipcMain.handle names a channel of its own: channels come from the lists in shared`);
}

/** Why the web preferences of this window cannot be read here. */
function writtenOut({ arguments: given }: TreeNode): readonly string[] {
  const options = given?.[0];
  if (options?.type !== "ObjectExpression") return ["the window's options are not written out"];
  const members = options.properties ?? [];
  const at = members.findIndex((member) => nameOf(member) === "webPreferences");
  const preferences = valueOf(members[at]);
  if (preferences?.type !== "ObjectExpression") return ["the window's webPreferences are not written out"];
  const late = members.slice(at + 1).filter((member) => member.type !== "Property" || member.computed === true);
  return [
    ...late.map(() => "what is spread after webPreferences may replace them"),
    ...(preferences.properties ?? []).flatMap((member) => {
      if (isPlain(member)) return [];
      return [`webPreferences.${nameOf(member) ?? "…"} is not written out as a value`];
    }),
  ];
}

/** `name: true` or `name: false`, the preload as it is given, and developer tools unless the app is packaged. */
function isPlain(member: TreeNode): boolean {
  const value = valueOf(member);
  const name = nameOf(member);
  if (name === null) return false;
  if (name === "preload") return value?.type === "Identifier";
  if (name === "devTools" && value?.type === "UnaryExpression") {
    const asked = value.argument;
    return value.operator === "!" && asked?.object?.name === "app" && asked.property?.name === "isPackaged";
  }
  return value?.type === "Literal";
}

function nodesOf(tree: TreeNode, type: string): readonly TreeNode[] {
  const found: TreeNode[] = [];
  walkTree(tree, (node) => {
    if (node.type === type) found.push(node);
  });
  return found;
}
