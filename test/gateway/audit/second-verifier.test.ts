import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { type GatewayKeys, loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { origin } from "../store/origin.ts";

let folder: string;
let keys: GatewayKeys;
/** A checkpoint over 101 entries, as a client would keep it. */
let kept: string;
/** Of the untouched ledger: header, 301 entries, checkpoints 0, 256 and 301. */
let exported: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-second-"));
  keys = await loadKeys(join(folder, "keys"));
  const store = await openStore({ folder: join(folder, "data"), keys, origin, now: () => 1_800_000_000_000 });
  const add = (count: number) =>
    store.commit((writes) => {
      for (let n = 0; n < count; n += 1) writes.append("call.request", { n, text: "line\u2028 é \ud83d\ude00 \u0000" });
    });
  await add(100);
  kept = store.checkpoint();
  await add(200);
  await store.close();
  exported = "";
  for await (const text of exportLedger(await openSource(join(folder, "data")))) exported += text;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const note = (size: number) => `(SELECT note FROM ledger_checkpoints WHERE size = ${size})`;
const body = `(SELECT body FROM ledger_entries WHERE seq = 9)`;

/** Each changes a data folder by SQL. */
test.each([
  ["a body with more behind a NUL", "UPDATE ledger_entries SET body = body || char(0) || 'x' WHERE seq = 9"],
  ["a leaf with more behind a NUL", "UPDATE ledger_entries SET leaf = leaf || char(0) || 'x' WHERE seq = 9"],
  [
    "a byte of the body moved into the salt",
    "UPDATE ledger_entries SET salt = CAST(salt || substr(CAST(body AS BLOB), 1, 1) AS BLOB), body = substr(body, 2) WHERE seq = 9",
  ],
  ["a body with white space", `UPDATE ledger_entries SET body = ' ' || body WHERE seq = 9`],
  [
    "a body and salt of another entry",
    `UPDATE ledger_entries SET body = ${body}, salt = (SELECT salt FROM ledger_entries WHERE seq = 9) WHERE seq = 10`,
  ],
  [
    "a leaf whose number is spelt otherwise",
    `UPDATE ledger_entries SET leaf = replace(leaf, '"seq":9', '"seq":9.0') WHERE seq = 9`,
  ],
  [
    "a leaf with a member twice",
    `UPDATE ledger_entries SET leaf = replace(leaf, '"v":1', '"v":2,"v":1') WHERE seq = 9`,
  ],
  ["a leaf with a member more", `UPDATE ledger_entries SET leaf = replace(leaf, '"v":1', '"v":1,"w":1') WHERE seq = 9`],
  ["a leaf_hash alone", "UPDATE ledger_entries SET leaf_hash = zeroblob(32) WHERE seq = 9"],
  [
    "an entry before the first",
    "INSERT INTO ledger_entries SELECT -1, leaf, leaf_hash, salt, body FROM ledger_entries WHERE seq = 0",
  ],
  ["no first entry", "DELETE FROM ledger_entries WHERE seq = 0"],
  [
    "two whole rows exchanged, hashes and all",
    "UPDATE ledger_entries SET seq = -1 WHERE seq = 9; UPDATE ledger_entries SET seq = 9 WHERE seq = 10; UPDATE ledger_entries SET seq = 10 WHERE seq = -1",
  ],
  [
    "the checkpoint of the empty log for the newest",
    `UPDATE ledger_checkpoints SET note = ${note(0)} WHERE size = 301`,
  ],
  ["a checkpoint filed under another size", "UPDATE ledger_checkpoints SET size = 255 WHERE size = 256"],
  [
    "a checkpoint with CRLF",
    "UPDATE ledger_checkpoints SET note = replace(note, char(10), char(13) || char(10)) WHERE size = 256",
  ],
  [
    "a checkpoint with a line before it",
    "UPDATE ledger_checkpoints SET note = 'x' || char(10) || note WHERE size = 256",
  ],
  ["no checkpoint of the empty log", "DELETE FROM ledger_checkpoints WHERE size = 0"],
  ["another format", "PRAGMA user_version = 2"],
])("both verifiers find %s in a data folder", async (_name, sql) => {
  const data = tampered(sql);
  expect(findWrongPlaces(data, keys.verifierKey(origin))).not.toEqual([]);
  expect(await whole(data)).toBe(false);
});

/** Each changes the text of an export. */
test.each<[string, (text: string) => string]>([
  ["a byte order mark", (text) => `\uFEFF${text}`],
  ["an empty line", (text) => text.replace("\n", "\n\n")],
  ["a header of another version", (text) => text.replace('{"v":1,', '{"v":2,')],
  ["a count that is text", (text) => text.replace('"entries":301', '"entries":"301"')],
  ["a header twice", (text) => `${text.slice(0, text.indexOf("\n") + 1)}${text}`],
  ["a member more in an entry's line", (text) => text.replace('{"leaf"', '{"note":"x","leaf"')],
  [
    "a member twice, the first of which another parser might take",
    (text) => text.replace('{"leaf"', '{"body":"{}","leaf"'),
  ],
  ["a blank within a line", (text) => text.replace('{"leaf":', '{"leaf": ')],
  ["a string spelled otherwise", (text) => text.replace('{"leaf":"{', '{"leaf":"\\u007b')],
  ["a salt with padding", (text) => text.replace(/"salt":"([\w-]{43})"/, '"salt":"$1="')],
  [
    "a salt with other spare bits",
    (text) =>
      text.replace(/("salt":"[\w-]{42})([\w-])"/, (_all, start: string, last: string) => `${start}${other(last)}"`),
  ],
  ["a salt with a blank in it", (text) => text.replace('"salt":"', '"salt":" ')],
  ["a checkpoint twice", (text) => text.replace(/(\{"checkpoint".*\n)/, "$1$1")],
  ["checkpoints in falling order", (text) => swapLast(text)],
  ["no last checkpoint", (text) => text.replace(/\n[^\n]*\n$/, "\n")],
  [
    "an entry between the checkpoints",
    (text) => text.replace(/(\{"checkpoint".*\n)/, `$1${text.split("\n")[3] ?? ""}\n`),
  ],
  ["a checkpoint without its last newline", (text) => text.replace(/\\n"\}\n$/, '"}\n')],
  ["a checkpoint with a line behind its signature", (text) => text.replace(/\\n"\}\n$/, '\\nanything\\n"}\n')],
  ["a checkpoint with white space behind it", (text) => text.replace(/\\n"\}\n$/, '\\n\\n"}\n')],
])("both verifiers find %s in an export", async (_name, change) => {
  const path = written(change(exported));
  expect(readFileSync(path, "utf8")).not.toBe(exported);
  const places = findWrongPlaces(path, keys.verifierKey(origin));
  expect({ second: places.length === 0, ours: await whole(path) }).toEqual({ second: false, ours: false });
});

test("both verifiers find a log cut back to nothing, and a rolled-back one, by the checkpoint that was kept", async () => {
  const data = tampered("DELETE FROM ledger_entries; DELETE FROM ledger_checkpoints WHERE size > 0");
  expect(findWrongPlaces(data, keys.verifierKey(origin))).toEqual([]);
  expect(await whole(data)).toBe(true);
  expect(findWrongPlaces(data, keys.verifierKey(origin), kept)).toEqual(["kept checkpoint"]);
  expect(await whole(data, kept)).toBe(false);
});

test.each<[string, (text: string) => string]>([
  ["lines ended by CRLF", (text) => text.replaceAll("\n", "\r\n")],
  ["no newline at the end", (text) => text.trimEnd()],
  [
    "a signature of somebody else's beside the log's",
    (text) => text.replace(/\\n"\}\n$/, '\\n— other.example c2lnbmVk\\n"}\n'),
  ],
])("both verifiers pass over %s", async (_name, change) => {
  const path = written(change(exported));
  expect(findWrongPlaces(path, keys.verifierKey(origin))).toEqual([]);
  expect(await whole(path)).toBe(true);
});

test("both verifiers take the untouched ledger for whole, in both forms", async () => {
  for (const path of [join(folder, "data"), written(exported)]) {
    expect(findWrongPlaces(path, keys.verifierKey(origin), kept)).toEqual([]);
    expect(await whole(path, kept)).toBe(true);
  }
});

/** The verdict of the gateway's own verifier: a refusal to read it counts as none. */
async function whole(path: string, seen?: string): Promise<boolean> {
  const verifierKey = keys.verifierKey(origin);
  const options = seen === undefined ? { verifierKey } : { verifierKey, seen };
  try {
    return (await verifyLedger(await openSource(path), options)).ok;
  } catch {
    return false;
  }
}

function tampered(sql: string): string {
  const data = join(mkdtempSync(join(folder, "copy-")), "data");
  cpSync(join(folder, "data"), data, { recursive: true });
  const db = new DatabaseSync(join(data, "gateway.sqlite"));
  db.exec(sql);
  db.close();
  return data;
}

function written(text: string): string {
  const path = join(mkdtempSync(join(folder, "export-")), "ledger.jsonl");
  writeFileSync(path, text);
  return path;
}

/** Another last character of base64url for the same 32 bytes: the last two bits are spare. */
function other(last: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(last) ^ 1] ?? "";
}

function swapLast(text: string): string {
  const lines = text.trimEnd().split("\n");
  return `${[...lines.slice(0, -2), lines.at(-1), lines.at(-2)].join("\n")}\n`;
}
