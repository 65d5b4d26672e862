import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadKeys } from "../../src/gateway/keys.ts";
import { verifierName } from "../../src/shared/note.ts";
import { scratchFolder } from "./store/scratch.ts";

const signingFile = "ledger-signing-key.pem";
const digestFile = "digest-key";

async function made(): Promise<string> {
  const folder = join(scratchFolder(), "keys");
  await loadKeys(folder);
  return folder;
}

test("makes both keys at the first start, for the gateway's user alone", async () => {
  const folder = await made();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder).sort()).toEqual([digestFile, signingFile]);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

test("keeps its keys across restarts", async () => {
  const folder = await made();
  const [first, second] = [await loadKeys(folder), await loadKeys(folder)];
  expect(second.verifierKey("a.example")).toBe(first.verifierKey("a.example"));
  expect(second.keyedDigest({ a: 1, b: [true] })).toBe(first.keyedDigest({ b: [true], a: 1 }));
  expect(second.keyedDigest({ a: 1 })).not.toBe(first.keyedDigest({ a: 2 }));
  expect(first.keyedDigest(null)).toMatch(/^[\w-]{43}$/);
});

test("two first starts at once agree on the keys", async () => {
  const folder = join(scratchFolder(), "keys");
  const loaded = await Promise.all([loadKeys(folder), loadKeys(folder), loadKeys(folder)]);
  expect(new Set(loaded.map((keys) => keys.verifierKey("a") + keys.keyedDigest(1))).size).toBe(1);
});

test("completes a first start that was interrupted after the digest key", async () => {
  const folder = await made();
  const before = await loadKeys(folder);
  unlinkSync(join(folder, signingFile));
  expect((await loadKeys(folder)).keyedDigest(1)).toBe(before.keyedDigest(1));
});

test("gives its verifier key in C2SP form, named by the origin", async () => {
  const keys = await loadKeys(await made());
  expect(verifierName(keys.verifierKey("[::1]:8443"))).toBe("[::1]:8443");
  expect(() => keys.verifierKey("a+b")).toThrow(expect.objectContaining({ code: "configuration" }));
  expect(() => keys.verifierKey("a\nb")).toThrow(expect.objectContaining({ code: "configuration" }));
});

const refusals: readonly [string, (folder: string) => void, string][] = [
  ["a folder that others can enter", (folder) => chmodSync(folder, 0o750), "Others than the gateway's user"],
  ["a key file that others can read", (folder) => chmodSync(join(folder, signingFile), 0o640), "Others than"],
  ["a digest key that others can read", (folder) => chmodSync(join(folder, digestFile), 0o604), "Others than"],
  ["a lost digest key", (folder) => unlinkSync(join(folder, digestFile)), "is missing while the other key is there"],
  ["a short digest key", (folder) => rewrite(folder, digestFile, "AAAA\n"), "doesn't hold 32 bytes"],
  [
    "a signing key that is none",
    (folder) => rewrite(folder, signingFile, "s3cret-ish"),
    "is not an Ed25519 private key",
  ],
  [
    "a signing key of another kind",
    (folder) => rewrite(folder, signingFile, otherKey()),
    "is not an Ed25519 private key",
  ],
  ["a folder in a key file's place", replaceByFolder, "is not a file"],
];

test.each(refusals)("refuses %s", async (_, spoil, message) => {
  const folder = await made();
  spoil(folder);
  const refusal = await loadKeys(folder).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "configuration" });
  expect(String(refusal)).toContain(message);
  expect(String(refusal)).not.toContain("s3cret-ish");
});

function rewrite(folder: string, file: string, content: string | Buffer): void {
  writeFileSync(join(folder, file), content);
  expect(readFileSync(join(folder, file)).length).toBeGreaterThan(0);
}

function otherKey(): string | Buffer {
  return generateKeyPairSync("x25519").privateKey.export({ type: "pkcs8", format: "pem" });
}

function replaceByFolder(folder: string): void {
  unlinkSync(join(folder, signingFile));
  mkdirSync(join(folder, signingFile), { mode: 0o700 });
}
