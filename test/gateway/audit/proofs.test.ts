import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { appendLeaf, emptyTree, leafHash, treeRoot } from "../../../src/gateway/audit/merkle.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { isConsistent, isIncluded, type TreeHead } from "../../../src/shared/tree-proof.ts";
import { scratch } from "../store/scratch.ts";

const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString("base64"));

/** A ledger of so many entries, with the head of the tree over its first 0, 1, 2, … as computed from its leaves alone. */
async function ledgerOf(entries: number): Promise<{ store: Store; heads: TreeHead[]; leaves: Buffer[]; data: string }> {
  const { data, open } = await scratch();
  const store = await open();
  // In commits of odd sizes, so that checkpoints come and go.
  for (let from = 0; from < entries; from += 77) {
    await store.commit((writes) => {
      for (let n = from; n < Math.min(entries, from + 77); n += 1) writes.append("call.request", { n });
    });
  }
  const db = new DatabaseSync(join(data, "gateway.sqlite"), { readOnly: true });
  const rows = db.prepare("SELECT leaf FROM ledger_entries ORDER BY seq").all();
  db.close();
  const leaves = rows.map(({ leaf }) => leafHash(String(leaf)));
  let tree = emptyTree;
  const heads: TreeHead[] = [{ size: 0, root: treeRoot(tree).toString("base64") }];
  for (const leaf of leaves) {
    tree = appendLeaf(tree, leaf);
    heads.push({ size: tree.size, root: treeRoot(tree).toString("base64") });
  }
  return { store, heads, leaves, data };
}

/** About the sizes where subtrees begin and end, and where checkpoints are kept. */
const sizes = [
  0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 767, 768, 1000, 1023, 1024, 1025, 1279, 1280, 1281, 1535,
];

it("of consistency is given, and verifies, between any two sizes, before and after its subtrees are remembered", async () => {
  const { store, heads } = await ledgerOf(1535);
  for (const [from, to] of [...pairs(), ...pairs()]) {
    const proof = base64(store.proofs.consistency(from, to));
    expect([from, to, await isConsistent(heads[from] as TreeHead, heads[to] as TreeHead, proof)]).toEqual([
      from,
      to,
      true,
    ]);
  }
});

it("of inclusion is given, and verifies, for any entry in any tree that has it", async () => {
  const { store, heads, leaves } = await ledgerOf(1535);
  for (const size of sizes.slice(1)) {
    for (const index of sizes.filter((one) => one < size)) {
      const proof = base64(store.proofs.inclusion(index, size));
      const leaf = (leaves[index] as Buffer).toString("base64");
      expect([index, size, await isIncluded(leaf, index, heads[size] as TreeHead, proof)]).toEqual([index, size, true]);
    }
  }
});

it("is refused beyond the ledger's end", async () => {
  const { store } = await ledgerOf(10);
  expect(() => store.proofs.consistency(3, 11)).toThrow("doesn't have so many entries");
  expect(() => store.proofs.consistency(5, 4)).toThrow("doesn't have so many entries");
  expect(() => store.proofs.inclusion(10, 10)).toThrow("doesn't have so many entries");
});

it("doesn't verify once a leaf was changed in the store", async () => {
  const { store, heads, data } = await ledgerOf(700);
  const db = new DatabaseSync(join(data, "gateway.sqlite"));
  db.prepare("UPDATE ledger_entries SET leaf_hash = ? WHERE seq = 300").run(leafHash("another"));
  db.close();
  const proof = base64(store.proofs.consistency(290, 700));
  expect(await isConsistent(heads[290] as TreeHead, heads[700] as TreeHead, proof)).toBe(false);
});

function pairs(): [number, number][] {
  return sizes.flatMap((to) => sizes.filter((from) => from <= to).map((from): [number, number] => [from, to]));
}
