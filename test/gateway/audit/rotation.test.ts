import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signRotation } from "../../../src/gateway/audit/checkpoint.ts";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger, type LedgerReport } from "../../../src/gateway/audit/verify.ts";
import { loadKeys, makeNextKey } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { ledgerKeys } from "../../../src/shared/ledger-keys.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { origin } from "../store/origin.ts";

let folder: string;
/** The three keys that the log had, and one that it never had. */
let keys: { readonly first: string; readonly second: string; readonly third: string; readonly stranger: string };
/** Checkpoints that a client kept under the first key and under the second. */
let kept: { readonly first: string; readonly second: string };
let rotations: readonly string[];
let exported: string;

const data = () => join(folder, "data");
const keysFolder = () => join(folder, "keys");

async function opened(): Promise<Store> {
  return await openStore({ folder: data(), keys: await loadKeys(keysFolder()), origin, now: () => 1_800_000_000_000 });
}

const add = (store: Store, count: number): Promise<void> =>
  store.commit((writes) => {
    for (let n = 0; n < count; n += 1) writes.append("config.rejected", { why: String(n) });
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-rotation-"));
  const store = await opened();
  const first = (await loadKeys(keysFolder())).verifierKey(origin);
  // The rotation falls amidst of what one checkpoint covers; a later one beside a checkpoint that stays.
  await add(store, 300);
  const byFirst = store.checkpoint();
  await store.close();
  const second = (await makeNextKey(keysFolder())).verifierKey(origin);
  const again = await opened();
  await add(again, 209);
  const bySecond = again.checkpoint();
  await again.close();
  const third = (await makeNextKey(keysFolder())).verifierKey(origin);
  const last = await opened();
  await add(last, 20);
  ({ rotations } = last);
  await last.close();
  const stranger = (await loadKeys(join(folder, "stranger"))).verifierKey(origin);
  keys = { first, second, third, stranger };
  kept = { first: byFirst, second: bySecond };
  exported = "";
  for await (const text of exportLedger(await openSource(data()))) exported += text;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function verify(path: string, verifierKey: string, seen?: string): Promise<LedgerReport> {
  return await verifyLedger(await openSource(path), seen === undefined ? { verifierKey } : { verifierKey, seen });
}

function written(text: string): string {
  const path = join(mkdtempSync(join(folder, "export-")), "ledger.jsonl");
  writeFileSync(path, text);
  return path;
}

function tampered(sql: string, ...values: readonly string[]): string {
  const copy = join(mkdtempSync(join(folder, "copy-")), "data");
  cpSync(data(), copy, { recursive: true });
  const db = new DatabaseSync(join(copy, "gateway.sqlite"));
  db.prepare(sql).run(...values);
  db.close();
  return copy;
}

describe("a ledger whose key was rotated twice", () => {
  test("verifies in both forms by any of its keys, against what was kept under each, and by both verifiers", async () => {
    for (const path of [data(), written(exported)]) {
      for (const key of [keys.first, keys.second, keys.third]) {
        for (const seen of [undefined, kept.first, kept.second]) {
          expect(await verify(path, key, seen)).toMatchObject({ ok: true, origin });
          expect(findWrongPlaces(path, key, seen)).toEqual([]);
        }
      }
    }
  });

  test("doesn't verify by a key that it never had", async () => {
    const report = await verify(data(), keys.stranger);
    expect(report.ok ? [] : report.findings.map(({ place }) => place)).toContain("keys");
    expect(findWrongPlaces(data(), keys.stranger)).toContain("keys");
  });

  test("says in an entry of its own who handed over to whom, and the next checkpoint is the new key's", async () => {
    const [note = ""] = rotations;
    expect(rotations).toHaveLength(2);
    const entry = exported.split("\n").find((line) => line.includes("ledger.key"));
    expect(entry).toContain(JSON.stringify(JSON.stringify(note).slice(1, -1)).slice(1, -1));
    expect(note.split("\n").slice(0, 5)).toEqual([
      "countersign ledger key rotation",
      origin,
      "301",
      keys.first,
      keys.second,
    ]);
  });

  test("overwrites the old private key once it has taken over", async () => {
    expect((await loadKeys(keysFolder())).verifierKey(origin)).toBe(keys.third);
    expect(existsSync(join(keysFolder(), "ledger-signing-key.next.pem"))).toBe(false);
  });
});

describe("a rotation that was tampered with", () => {
  test.each<[string, string, string]>([
    ["is found where its note is gone", "DELETE FROM ledger_keys WHERE size = 301", "keys"],
    ["is found where all notes are gone", "DELETE FROM ledger_keys", "entry 301"],
    [
      "is found where a signature was changed",
      "UPDATE ledger_keys SET note = replace(note, 'A', 'B') WHERE size = 301",
      "keys",
    ],
    [
      "is found where its entry was erased",
      "UPDATE ledger_entries SET body = NULL, salt = NULL WHERE seq = 301",
      "entry 301",
    ],
  ])("%s", async (_name, sql, place) => {
    const copy = tampered(sql);
    const report = await verify(copy, keys.first);
    expect(report.ok ? [] : report.findings.map((finding) => finding.place)).toContain(place);
    expect(findWrongPlaces(copy, keys.first)).not.toEqual([]);
  });

  test("is found where it is filed and was never recorded, though both keys signed it", async () => {
    // Who holds the newest key makes another, and files it alone.
    const made = await loadKeys(keysFolder());
    const copy = tampered(
      "INSERT INTO ledger_keys (size, note) VALUES (900, ?)",
      signRotation(origin, made, await nextOf("after"), 900),
    );
    expect(await verify(copy, keys.first)).toMatchObject({ ok: false, findings: [{ place: "key after 900" }] });
    expect(findWrongPlaces(copy, keys.first)).not.toEqual([]);
  });

  test("hands over to nobody without the old key's signature", async () => {
    const thief = await loadKeys(join(folder, "stranger"));
    const text = signRotation(origin, thief, await nextOf("thief"), 301).replaceAll(keys.stranger, keys.first);
    expect(await ledgerKeys(keys.first, [text])).toBeNull();
  });
});

async function nextOf(name: string) {
  const place = join(folder, name);
  await loadKeys(place);
  return await makeNextKey(place);
}

test("a rotation that a crash interrupted between its commit and the key's place is completed at the next start", async () => {
  const place = mkdtempSync(join(folder, "crash-"));
  const open = async () =>
    await openStore({
      folder: join(place, "data"),
      keys: await loadKeys(join(place, "keys")),
      origin,
      now: () => 1_800_000_000_000,
    });
  await (await open()).close();
  const before = (await loadKeys(join(place, "keys"))).verifierKey(origin);
  const old = readFileSync(join(place, "keys", "ledger-signing-key.pem"));
  const next = (await makeNextKey(join(place, "keys"))).verifierKey(origin);
  const fresh = readFileSync(join(place, "keys", "ledger-signing-key.next.pem"));
  await (await open()).close();
  // As the crash leaves it: the ledger has handed over, the files have not.
  writeFileSync(join(place, "keys", "ledger-signing-key.pem"), old, { mode: 0o600 });
  writeFileSync(join(place, "keys", "ledger-signing-key.next.pem"), fresh, { mode: 0o600 });
  await (await open()).close();
  expect((await loadKeys(join(place, "keys"))).verifierKey(origin)).toBe(next);
  expect(await verify(join(place, "data"), before)).toMatchObject({ ok: true });
});
