import { describe, expect, it } from "vitest";
import { isConsistent, isIncluded } from "../../src/shared/tree-proof.ts";
import { appendLeaf, emptyTree, leafHash, treeRoot } from "../../src/gateway/audit/merkle.ts";

// The vectors of the Certificate Transparency reference code (RFC 6962; RFC 9162 kept tree and proofs).
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const hashes = leaves.map((leaf) => leafHash(Buffer.from(leaf, "hex").toString("latin1")));
const head = (size: number) => {
  const tree = hashes.slice(0, size).reduce(appendLeaf, emptyTree);
  return { size, root: treeRoot(tree).toString("base64") };
};
const base64 = (hex: readonly string[]) => hex.map((hash) => Buffer.from(hash, "hex").toString("base64"));
const node = {
  "0": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "1": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
  "01": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "23": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
  "4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  "45": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
  "67": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
  "0123": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4567": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
};

describe("a proof of consistency", () => {
  it.each([
    [1, 1, []],
    [1, 8, [node["1"], node["23"], node["4567"]]],
    [6, 8, [node["45"], node["67"], node["0123"]]],
    [2, 5, [node["23"], node["4"]]],
    [0, 5, []],
  ] as const)("of %i and %i entries holds as published, and in no other way", async (from, to, published) => {
    const proof = base64(published);
    expect(await isConsistent(head(from), head(to), proof)).toBe(true);
    for (const [at] of proof.entries()) {
      expect(await isConsistent(head(from), head(to), proof.with(at, head(3).root))).toBe(false);
      expect(await isConsistent(head(from), head(to), proof.toSpliced(at, 1))).toBe(false);
      expect(await isConsistent(head(from), head(to), proof.with(at, "no hash"))).toBe(false);
    }
    expect(await isConsistent(head(from), head(to), [...proof, head(3).root])).toBe(false);
    if (from > 0) expect(await isConsistent({ size: from, root: head(from + 2).root }, head(to), proof)).toBe(false);
    if (from > 0) expect(await isConsistent(head(from), { size: to, root: head(to - 1).root }, proof)).toBe(false);
  });

  it("never shows that a ledger shrank, or anything of sizes that are none", async () => {
    expect(await isConsistent(head(5), head(2), base64([node["23"], node["4"]]))).toBe(false);
    expect(await isConsistent({ size: -1, root: "" }, head(2), [])).toBe(false);
    expect(await isConsistent({ size: 1.5, root: head(1).root }, head(2), base64([node["1"]]))).toBe(false);
  });
});

describe("a proof of inclusion", () => {
  it.each([
    [0, 1, []],
    [0, 8, [node["1"], node["23"], node["4567"]]],
    [5, 8, [node["4"], node["67"], node["0123"]]],
    [2, 3, [node["01"]]],
    [1, 5, [node["0"], node["23"], node["4"]]],
  ] as const)("of entry %i among %i holds as published, and in no other way", async (index, size, published) => {
    const proof = base64(published);
    const leaf = (hashes[index] as Buffer).toString("base64");
    expect(await isIncluded(leaf, index, head(size), proof)).toBe(true);
    expect(await isIncluded(head(4).root, index, head(size), proof)).toBe(false);
    expect(await isIncluded(leaf, index, { size, root: head(4).root }, proof)).toBe(false);
    expect(await isIncluded(leaf, index, head(size), [...proof, leaf])).toBe(false);
    expect(await isIncluded(leaf, size, head(size), proof)).toBe(false);
    for (const [at] of proof.entries())
      expect(await isIncluded(leaf, index, head(size), proof.toSpliced(at, 1))).toBe(false);
    for (let other = 0; other < size; other += 1)
      expect(await isIncluded(leaf, other, head(size), proof)).toBe(other === index);
  });
});
