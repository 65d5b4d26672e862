/** A tree's head as a proof is checked against it: `root` is 32 bytes in base64. */
export interface TreeHead {
  readonly size: number;
  readonly root: string;
}

/**
 * Whether the proof shows that the larger tree continues the smaller one (RFC 9162, section 2.1.4.2). `proof`: hashes of 32 bytes in
 * base64, in the RFC's order. Every tree continues the empty one; what has another shape than the sizes ask for shows nothing.
 */
export async function isConsistent(first: TreeHead, second: TreeHead, proof: readonly string[]): Promise<boolean> {
  if (first.size > second.size || !isSize(first.size) || !isSize(second.size)) return false;
  if (first.size === second.size) return proof.length === 0 && first.root === second.root;
  if (first.size === 0) return proof.length === 0;
  // Where the smaller tree is perfect the RFC leaves its root out of the proof, since the verifier has it.
  const path = isPowerOfTwo(first.size) ? [first.root, ...proof] : proof;
  const [seed, ...rest] = path;
  if (seed === undefined) return false;
  const climb = new Climb(first.size - 1, second.size - 1);
  climb.toLeft();
  let [one, two] = [seed, seed];
  for (const hash of rest) {
    if (climb.isOver()) return false;
    if (climb.isRight()) {
      one = await nodeHash(hash, one);
      two = await nodeHash(hash, two);
      climb.pastLeft();
    } else two = await nodeHash(two, hash);
    climb.up();
  }
  return climb.isOver() && one === first.root && two === second.root;
}

/** Whether the proof shows that the leaf with this hash is the one at `index`, from 0 (RFC 9162, section 2.1.3.2). */
export async function isIncluded(
  leafHash: string,
  index: number,
  tree: TreeHead,
  proof: readonly string[],
): Promise<boolean> {
  if (!isSize(index) || !isSize(tree.size) || index >= tree.size) return false;
  const climb = new Climb(index, tree.size - 1);
  let root = leafHash;
  for (const hash of proof) {
    if (climb.isOver()) return false;
    if (climb.isRight()) {
      root = await nodeHash(hash, root);
      climb.pastLeft();
    } else root = await nodeHash(root, hash);
    climb.up();
  }
  return climb.isOver() && root === tree.root;
}

/** The way from a node to the root: the RFC's `fn` and `sn`. Sizes pass 2^32, so there are no bit operators here. */
class Climb {
  #node: number;
  #last: number;

  constructor(node: number, last: number) {
    this.#node = node;
    this.#last = last;
  }

  isOver(): boolean {
    return this.#last === 0;
  }

  /** Whether what comes next in the proof stands to the left: the node is a right child, or the last of its level. */
  isRight(): boolean {
    return this.#node % 2 === 1 || this.#node === this.#last;
  }

  /** Up as long as the node is a right child: below, the smaller tree's frontier stands in the proof as one hash. */
  toLeft(): void {
    while (this.#node % 2 === 1) this.up();
  }

  /** The last of a level without a right sibling rises unchanged until it is a right child. */
  pastLeft(): void {
    while (this.#node % 2 === 0 && this.#node !== 0) this.up();
  }

  up(): void {
    this.#node = Math.floor(this.#node / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}

/** SHA-256 over 0x01 and both children (RFC 9162, section 2.1.1). Text that isn't a hash makes one that fits nothing. */
async function nodeHash(left: string, right: string): Promise<string> {
  const bytes = Uint8Array.from(`\u0001${decoded(left)}${decoded(right)}`, (character) => character.charCodeAt(0));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

function decoded(hash: string): string {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(hash)) return "";
  return atob(hash);
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function isPowerOfTwo(size: number): boolean {
  return Number.isInteger(Math.log2(size));
}
