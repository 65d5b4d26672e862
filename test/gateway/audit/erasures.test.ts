import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { type GatewayKeys, loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { origin } from "../store/origin.ts";

let folder: string;
let keys: GatewayKeys;

/** Entries 0..99, of which records say that 3, 10..40 and 64..98 are erased; 100 and 101 are the records, 102 is malformed, 103 a hold. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-erasures-"));
  keys = await loadKeys(join(folder, "keys"));
  const store = await openStore({ folder: join(folder, "whole"), keys, origin, now: () => 1_800_000_000_000 });
  await store.commit((writes) => {
    for (let n = 0; n < 100; n += 1) writes.append("call.request", { n });
    writes.append("entries.erased", said([3, 3], [10, 40]));
    writes.append("entries.erased", said([64, 98]));
    writes.append("entries.erased", said([41, 50], [45, 60]));
    writes.append("hold.placed", {});
  });
  await store.close();
  cpSync(join(folder, "whole"), join(folder, "data"), { recursive: true });
  change(join(folder, "data"), erase("seq = 3 OR seq BETWEEN 10 AND 40 OR seq BETWEEN 64 AND 98"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a ledger whose erasures are on the record verifies by both verifiers, in both forms", async () => {
  const report = await verifyLedger(await openSource(join(folder, "data")), { verifierKey: keys.verifierKey(origin) });
  expect(report).toMatchObject({ ok: true, erased: 67 });
  expect(await found(join(folder, "data"))).toEqual({ ours: [], second: false });
  expect(await found(await exportOf(join(folder, "data")))).toEqual({ ours: [], second: false });
});

describe("both verifiers find, in a data folder and in what is exported of it,", () => {
  test.each([
    ["a body erased that no record names", erase("seq = 5"), ["entry 5"]],
    ["bodies erased that a malformed record names", erase("seq BETWEEN 41 AND 44"), ["entries 41..44"]],
    ["the neighbours of recorded ranges", erase("seq IN (2, 4, 9, 63, 99)"), ["2", "4", "9", "63", "99"].map(entry)],
    ["a salt left behind", "UPDATE ledger_entries SET salt = randomblob(32) WHERE seq = 10", ["entry 10", "entry 10"]],
    ["a record erased by another", erase("seq = 100"), ["entry 100", "entry 3", "entries 10..40"]],
    ["a hold erased", erase("seq = 103"), ["entry 103"]],
    ["a record changed", replaced(101, "[64,98]", "[63,98]"), ["entry 101", "entries 64..98"]],
  ])("%s", async (_name, sql, places) => {
    const data = join(mkdtempSync(join(folder, "copy-")), "data");
    cpSync(join(folder, "data"), data, { recursive: true });
    change(data, sql);
    expect(await found(data)).toEqual({ ours: places, second: true });
    expect(await found(await exportOf(data))).toEqual({ ours: places, second: true });
  });

  test("bodies put back", async () => {
    const places = ["entry 3", "entries 10..40", "entries 64..98"];
    expect(await found(join(folder, "whole"))).toEqual({ ours: places, second: true });
    expect(await found(await exportOf(join(folder, "whole")))).toEqual({ ours: places, second: true });
  });
});

function said(...entries: [number, number][]) {
  return { entries, rule: { name: "default" }, by: null, reason: "" };
}

function entry(seq: string): string {
  return `entry ${seq}`;
}

function erase(where: string): string {
  return `UPDATE ledger_entries SET body = NULL, salt = NULL WHERE ${where}`;
}

function replaced(seq: number, from: string, to: string): string {
  return `UPDATE ledger_entries SET body = replace(body, '${from}', '${to}') WHERE seq = ${seq}`;
}

function change(data: string, sql: string): void {
  const db = new DatabaseSync(join(data, "gateway.sqlite"));
  db.exec(sql);
  db.close();
}

/** The places that the gateway's verifier names, and whether the second one finds any. */
async function found(path: string): Promise<{ readonly ours: readonly string[]; readonly second: boolean }> {
  const verifierKey = keys.verifierKey(origin);
  const report = await verifyLedger(await openSource(path), { verifierKey });
  const ours = report.ok ? [] : report.findings.map(({ place }) => place);
  return { ours, second: findWrongPlaces(path, verifierKey).length > 0 };
}

async function exportOf(data: string): Promise<string> {
  const path = join(mkdtempSync(join(folder, "export-")), "ledger.jsonl");
  let text = "";
  for await (const part of exportLedger(await openSource(data))) text += part;
  writeFileSync(path, text);
  return path;
}
