import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { checkpointEvery } from "./checkpoint.ts";
import { appendLeaf, emptyTree, nodeHash, treeRoot, type Tree } from "./merkle.ts";

/** Proofs over the ledger's tree, computed from what is stored: of a changed store they don't verify. */
export interface ProofReads {
  /** That the tree of `to` leaves continues the one of `from` (RFC 9162, section 2.1.4.1): 32 bytes each. Throws `not_found` beyond the ledger. */
  consistency(from: number, to: number): readonly Buffer[];
  /** That the leaf at `index` is in the tree of `size` leaves (RFC 9162, section 2.1.3.1). Throws `not_found` beyond the ledger. */
  inclusion(index: number, size: number): readonly Buffer[];
}

/** Roots of so many full subtrees are remembered; they never change. */
const mostKept = 4096;

const sizeRow = z.object({ size: z.number() });
const hashRow = z.object({ hash: z.instanceof(Uint8Array) });
const frontierRow = z.object({ frontier: z.instanceof(Uint8Array) });

/**
 * A subtree costs at most the leaves of one checkpoint's span and a stored frontier for each level above, so that a proof over
 * millions of entries reads a few thousand rows at most, and few once its subtrees are remembered.
 */
export function ledgerProofs(db: DatabaseSync): ProofReads {
  const sizeOf = db.prepare("SELECT coalesce(max(seq) + 1, 0) AS size FROM ledger_entries");
  const leaves = db.prepare("SELECT leaf_hash AS hash FROM ledger_entries WHERE seq >= ? AND seq < ? ORDER BY seq");
  const frontierAt = db.prepare("SELECT frontier FROM ledger_checkpoints WHERE size = ?");
  const kept = new Map<string, Buffer>();

  /** The root over leaves `[start, end)`, where `start` is a multiple of the largest power of two below their number. */
  function root(start: number, end: number): Buffer {
    const count = end - start;
    if (count <= checkpointEvery) return fromLeaves(start, end);
    const half = largestPowerBelow(count);
    if (half * 2 !== count) return nodeHash(root(start, start + half), root(start + half, end));
    const name = `${start}+${count}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const full = nodeHash(lastOfFrontier(start + half) ?? root(start, start + half), root(start + half, end));
    if (kept.size >= mostKept) kept.clear();
    kept.set(name, full);
    return full;
  }

  /** The last full subtree of the frontier at `size`: of the left half of a larger one it is the root. */
  function lastOfFrontier(size: number): Buffer | undefined {
    const row = frontierRow.safeParse(frontierAt.get(size));
    return row.success ? Buffer.from(row.data.frontier.slice(-32)) : undefined;
  }

  function fromLeaves(start: number, end: number): Buffer {
    let tree: Tree = emptyTree;
    for (const row of leaves.iterate(start, end)) tree = appendLeaf(tree, Buffer.from(hashRow.parse(row).hash));
    return treeRoot(tree);
  }

  function refuseBeyond(inner: number, outer: number): void {
    if (inner <= outer && outer <= sizeRow.parse(sizeOf.get()).size) return;
    throw new CountersignError("not_found", "The ledger doesn't have so many entries.");
  }

  return {
    consistency(from, to) {
      refuseBeyond(from, to);
      return from === 0 || from === to ? [] : subProof(from, 0, to, true, root);
    },
    inclusion(index, size) {
      refuseBeyond(index + 1, size);
      return path(index, 0, size, root);
    },
  };
}

type RootOf = (start: number, end: number) => Buffer;

/** PATH of RFC 9162, section 2.1.3.1, for leaf `index` among `[start, end)`. */
function path(index: number, start: number, end: number, root: RootOf): Buffer[] {
  if (end - start <= 1) return [];
  const split = start + largestPowerBelow(end - start);
  return index < split
    ? [...path(index, start, split, root), root(split, end)]
    : [...path(index, split, end, root), root(start, split)];
}

/** SUBPROOF of RFC 9162, section 2.1.4.1: the first `size` leaves among `[start, end)`; `known`: the verifier has that tree's root. */
function subProof(size: number, start: number, end: number, known: boolean, root: RootOf): Buffer[] {
  if (size === end - start) return known ? [] : [root(start, end)];
  const half = largestPowerBelow(end - start);
  const split = start + half;
  return size <= half
    ? [...subProof(size, start, split, known, root), root(split, end)]
    : [...subProof(size - half, split, end, false, root), root(start, split)];
}

/** The largest power of two smaller than `count`, which is at least 2. */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
