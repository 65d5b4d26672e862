/** The parts of an ESTree node that the check reads. */
export interface TreeNode {
  readonly type: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly source?: TreeNode;
  readonly specifiers?: readonly TreeNode[];
  readonly imported?: TreeNode;
  readonly local?: TreeNode;
  readonly object?: TreeNode;
  readonly property?: TreeNode;
  readonly computed?: boolean;
  readonly callee?: TreeNode;
  readonly arguments?: readonly TreeNode[];
  readonly properties?: readonly TreeNode[];
  readonly key?: TreeNode;
  readonly argument?: TreeNode;
  readonly operator?: string;
}

/** Visits a node and all below it. */
export function walkTree(node: TreeNode, visit: (node: TreeNode) => void): void {
  visit(node);
  for (const child of Object.values(node) as readonly unknown[]) {
    if (Array.isArray(child)) for (const each of child) if (isNode(each)) walkTree(each, visit);
    if (isNode(child)) walkTree(child, visit);
  }
}

/** The value of an object's member, or null. */
export function valueOf(member: TreeNode | undefined): TreeNode | null {
  return isNode(member?.value) ? member.value : null;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The name of an object's member or of a pattern's, as far as it can be read: null for a spread and for one made at run time. */
export function nameOf({ type, computed, key }: TreeNode): string | null {
  if (type !== "Property" || key === undefined) return null;
  if (key.type === "Literal") return String(key.value);
  return computed === true ? null : (key.name ?? null);
}
