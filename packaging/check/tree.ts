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
}

/** Visits a node and all below it. */
export function walkTree(node: TreeNode, visit: (node: TreeNode) => void): void {
  visit(node);
  for (const child of Object.values(node) as readonly unknown[]) {
    if (Array.isArray(child)) for (const each of child) if (isNode(each)) walkTree(each, visit);
    if (isNode(child)) walkTree(child, visit);
  }
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
