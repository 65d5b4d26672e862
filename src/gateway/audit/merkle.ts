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

/** A tree that a reader grows over a long log: hashes are in hex, and nothing is kept but the frontier. */
export class GrowingTree {
  readonly #frontier: string[] = [];
  readonly #node = Buffer.alloc(65, nodePrefix);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: string): void {
    let top = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      top = this.#join(this.#frontier.pop() ?? missing(), top);
    }
    this.#frontier.push(top);
    this.#size += 1;
  }

  /** The Merkle tree head, base64. */
  root(): string {
    const last = this.#frontier.at(-1);
    if (last === undefined) return hash("sha256", "", "base64");
    const root = this.#frontier.slice(0, -1).reduceRight((right, left) => this.#join(left, right), last);
    return Buffer.from(root, "hex").toString("base64");
  }

  #join(left: string, right: string): string {
    this.#node.write(left, 1, "hex");
    this.#node.write(right, 33, "hex");
    return hash("sha256", this.#node, "hex");
  }
}

/** The hash of a leaf's data as `GrowingTree` takes it. */
export function leafHashHex(data: string): string {
  return hash("sha256", `\0${data}`, "hex");
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
