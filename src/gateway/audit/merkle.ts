import { hash } from "node:crypto";

/**
 * A Merkle tree (RFC 9162, section 2.1) as far as appending needs it: the number of its leaves and the hashes of the
 * perfect subtrees they fall into, largest first. Values are never changed; appending makes a new one.
 */
export interface Tree {
  readonly size: number;
  readonly frontier: readonly Buffer[];
}

export const emptyTree: Tree = { size: 0, frontier: [] };

/** The hash of a leaf's data. The prefix keeps leaves and nodes apart (RFC 9162, section 2.1.1). */
export function leafHash(data: string): Buffer {
  return hash("sha256", Buffer.concat([leafPrefix, Buffer.from(data)]), "buffer");
}

/** The tree with one more leaf. */
export function appendLeaf(tree: Tree, leaf: Buffer): Tree {
  const frontier = [...tree.frontier];
  let top = leaf;
  // Each trailing one bit of the size is a perfect subtree as large as what `top` covers by now.
  for (let rest = tree.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    top = nodeHash(frontier.pop() ?? missing(), top);
  }
  frontier.push(top);
  return { size: tree.size + 1, frontier };
}

/** The Merkle tree head: 32 bytes. */
export function treeRoot(tree: Tree): Buffer {
  const last = tree.frontier.at(-1);
  if (last === undefined) return hash("sha256", "", "buffer");
  return tree.frontier.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The frontier as one value for storage: its hashes one after the other. */
export function packFrontier(tree: Tree): Buffer {
  return Buffer.concat(tree.frontier);
}

/** The tree of this many leaves with this packed frontier, or null where the two don't fit together. */
export function unpackTree(size: number, packed: Uint8Array): Tree | null {
  let subtrees = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) subtrees += rest % 2;
  if (packed.length !== subtrees * 32) return null;
  const bytes = Buffer.from(packed);
  return { size, frontier: Array.from({ length: subtrees }, (_, at) => bytes.subarray(at * 32, at * 32 + 32)) };
}

const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** The hash of a node over its two children. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash("sha256", Buffer.concat([nodePrefix, left, right]), "buffer");
}

function missing(): never {
  throw new RangeError("The frontier doesn't fit the tree's size.");
}
