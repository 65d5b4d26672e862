import { createPrivateKey, createPublicKey, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { signCheckpoint } from "../../../src/gateway/audit/checkpoint.ts";
import { appendLeaf, emptyTree, leafHash, treeRoot } from "../../../src/gateway/audit/merkle.ts";
import { loadKeys } from "../../../src/gateway/keys.ts";
import { verifyCheckpoint } from "../../../src/shared/note.ts";
import { origin, scratch, scratchFolder } from "../store/scratch.ts";

const tree = appendLeaf(appendLeaf(emptyTree, leafHash("a")), leafHash("b"));

test("signs notes that the shared verifier accepts under the log's key", async () => {
  const { keys, verifierKey } = await scratch();
  const root = treeRoot(tree).toString("base64");
  expect(await verifyCheckpoint(signCheckpoint(origin, keys, tree), verifierKey)).toEqual({ origin, size: 2, root });
});

test("writes the note as C2SP signed-note lays it out, byte for byte", async () => {
  const { keys, verifierKey } = await scratch();
  const note = signCheckpoint(origin, keys, tree);
  const [text = "", signatures = ""] = note.split(/(?<=\n)\n/);
  expect(text).toBe(`${origin}\n2\n${treeRoot(tree).toString("base64")}\n`);
  const [dash, name, blob] = signatures.trimEnd().split(" ");
  expect([dash, name, note.endsWith("\n")]).toEqual(["\u2014", origin, true]);
  const bytes = Buffer.from(blob ?? "", "base64");
  const [, keyHash, key] = verifierKey.split("+", 3);
  expect(bytes.subarray(0, 4).toString("hex")).toBe(keyHash);
  const raw = Buffer.from(verifierKey.slice(origin.length + 10), "base64").subarray(1);
  expect(key).toBeDefined();
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  expect(verify(null, Buffer.from(text), publicKey, bytes.subarray(4))).toBe(true);
});

test("the shared verifier refuses a changed size, a changed root, another name and another key", async () => {
  const { keys, verifierKey } = await scratch();
  const note = signCheckpoint(origin, keys, tree);
  const other = (await scratch()).verifierKey;
  expect(await verifyCheckpoint(note.replace("\n2\n", "\n3\n"), verifierKey)).toBeNull();
  expect(await verifyCheckpoint(note.replace(origin, "evil.example"), verifierKey)).toBeNull();
  expect(await verifyCheckpoint(note, other)).toBeNull();
  expect(await verifyCheckpoint(note, verifierKey.replace(origin, "evil.example"))).toBeNull();
});

// The example key of golang.org/x/mod/sumdb/note, published as test data; it has never protected anything.
test("makes the verifier key and the signature of the published signed-note example", async () => {
  const folder = join(scratchFolder(), "keys");
  await loadKeys(folder);
  const seed = Buffer.from("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", "base64").subarray(1);
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const pem = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ type: "pkcs8", format: "pem" });
  writeFileSync(join(folder, "ledger-signing-key.pem"), pem);
  const keys = await loadKeys(folder);
  expect(keys.verifierKey("PeterNeumann")).toBe("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signed = Buffer.concat([Buffer.from("c74f20a3", "hex"), keys.signLedger(Buffer.from(text))]);
  expect(signed.toString("base64")).toBe(
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
  );
});
