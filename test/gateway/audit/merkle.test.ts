import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  appendLeaf,
  emptyTree,
  GrowingTree,
  leafHash,
  leafHashHex,
  packFrontier,
  type Tree,
  treeRoot,
  unpackTree,
} from "../../../src/gateway/audit/merkle.ts";

// The test vectors of the Certificate Transparency reference code (RFC 6962; RFC 9162 kept the tree).
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe("Merkle tree", () => {
  test("has the published roots over the first 0 to 8 leaves", () => {
    let tree = emptyTree;
    const found = [treeRoot(tree).toString("hex")];
    for (const leaf of leaves) {
      tree = appendLeaf(tree, leafHash(Buffer.from(leaf, "hex").toString("latin1")));
      found.push(treeRoot(tree).toString("hex"));
    }
    expect(found).toEqual(roots);
  });

  test("has the same roots where a reader grows it", () => {
    const tree = new GrowingTree();
    const found = [Buffer.from(tree.root(), "base64").toString("hex")];
    for (const leaf of leaves) {
      tree.append(leafHashHex(Buffer.from(leaf, "hex").toString("latin1")));
      found.push(Buffer.from(tree.root(), "base64").toString("hex"));
    }
    expect(found).toEqual(roots);
    expect(tree.size).toBe(leaves.length);
  });

  test("agrees at every size with the definition in RFC 9162, section 2.1.1", () => {
    const hashes = Array.from({ length: 70 }, (_, at) => leafHash(`leaf ${at}`));
    let tree = emptyTree;
    for (const [at, hash] of hashes.entries()) {
      tree = appendLeaf(tree, hash);
      expect(treeRoot(tree)).toEqual(definedRoot(hashes.slice(0, at + 1)));
    }
  });

  test("comes back from its packed frontier, which fits no other size", () => {
    let tree: Tree = emptyTree;
    for (let at = 0; at < 100; at += 1) tree = appendLeaf(tree, leafHash(String(at)));
    expect(unpackTree(100, packFrontier(tree))).toEqual(tree);
    expect(unpackTree(99, packFrontier(tree))).toBeNull();
    expect(unpackTree(0, new Uint8Array())).toEqual(emptyTree);
  });
});

function definedRoot(hashes: readonly Buffer[]): Buffer {
  const [first] = hashes;
  if (hashes.length === 1 && first !== undefined) return first;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  const children = [definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split))];
  return createHash("sha256")
    .update(Buffer.concat([Buffer.of(1), ...children]))
    .digest();
}
