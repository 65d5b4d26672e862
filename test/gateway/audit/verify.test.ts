import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signCheckpoint } from "../../../src/gateway/audit/checkpoint.ts";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { emptyTree } from "../../../src/gateway/audit/merkle.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { type LedgerReport, verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { type GatewayKeys, loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import { origin } from "../store/origin.ts";
import { parsed, type Tampering, tamperings } from "./tamperings.ts";

let folder: string;
let keys: GatewayKeys;
let stranger: GatewayKeys;
/** Checkpoints as a client keeps them: over 300 entries, and over all 601. */
let kept: { readonly early: string; readonly newest: string };
/** The export of the untouched ledger: header, 601 entries, checkpoints 0, 256, 512, 601. */
let exported: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-verify-"));
  keys = await loadKeys(join(folder, "keys"));
  stranger = await loadKeys(join(folder, "stranger"));
  const store = await openStore({ folder: join(folder, "data"), keys, origin, now: () => 1_800_000_000_000 });
  const add = (count: number) =>
    store.commit((writes) => {
      for (let n = 0; n < count; n += 1) writes.append("call.request", { n, text: "line\u2028 \u00e9 \ud83d\ude00" });
    });
  await add(300);
  const early = store.checkpoint();
  await add(300);
  await store.close();
  const newest = lastLine((exported = await linesOf(join(folder, "data"))));
  kept = { early, newest };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a tampered data folder", () => {
  test.each(tamperings.filter((tampering) => tampering.folder !== undefined))("shows $name", async (tampering) => {
    const data = copyOfData();
    const db = new DatabaseSync(join(data, "gateway.sqlite"));
    tampering.folder?.(db, signCheckpoint(origin, stranger, emptyTree));
    db.close();
    expectFound(tampering, 0, await verify(data, tampering.seen));
  });
});

describe("a tampered export", () => {
  test.each(tamperings.filter((tampering) => tampering.export !== undefined))("shows $name", async (tampering) => {
    const lines = [...exported];
    tampering.export?.(lines, signCheckpoint(origin, stranger, emptyTree));
    expectFound(tampering, 1, await verify(written(lines), tampering.seen));
  });
});

describe("an untouched ledger", () => {
  test("verifies in both forms, alone and against every checkpoint that was kept", async () => {
    for (const path of [join(folder, "data"), written(exported)]) {
      const whole = { ok: true, origin, entries: 601, witnessed: [], checkpoint: kept.newest };
      expect(await verify(path)).toEqual(whole);
      expect(await verify(path, "early")).toEqual(whole);
      expect(await verify(path, "newest")).toEqual(whole);
    }
  });

  test("fails under another key", async () => {
    const options = { verifierKey: stranger.verifierKey(origin) };
    const report = await verifyLedger(await openSource(join(folder, "data")), options);
    expect(report.ok).toBe(false);
    expect(places(report)).toEqual([
      "checkpoint 0",
      "checkpoint 256",
      "checkpoint 512",
      "checkpoint 601",
      "checkpoints",
    ]);
  });

  test("is not touched by reading: no file appears beside it, none changes", async () => {
    const data = copyOfData();
    const before = readFileSync(join(data, "gateway.sqlite"));
    expect(await verify(data)).toMatchObject({ ok: true });
    expect(readdirSync(data).filter((name) => name !== "gateway.lock")).toEqual(["gateway.sqlite"]);
    expect(readFileSync(join(data, "gateway.sqlite")).equals(before)).toBe(true);
  });

  test("verifies while its gateway runs, and exports the state of one moment", async () => {
    const data = copyOfData();
    const store = await openStore({ folder: data, keys, origin, now: () => 1 });
    await store.commit((writes) => writes.append("gateway.started", {}));
    expect(await verify(data, "newest")).toMatchObject({ ok: true, entries: 602 });
    const source = await openSource(data);
    const lines: string[] = [];
    for await (const text of exportLedger(source)) {
      lines.push(text.trimEnd());
      if (lines.length % 100 === 1) await store.commit((writes) => writes.append("ledger.read", {}));
    }
    expect(await verify(written(lines))).toMatchObject({ ok: true, entries: 602 });
    // A copy of the main file alone is an older state of the log: whole, but shorter than what a client saw.
    mkdirSync(join(data, "copy"));
    cpSync(join(data, "gateway.sqlite"), join(data, "copy", "gateway.sqlite"));
    const seen = store.checkpoint();
    const copy = await openSource(join(data, "copy"));
    const report = await verifyLedger(copy, { verifierKey: keys.verifierKey(origin), seen });
    expect(places(report)).toEqual(["kept checkpoint"]);
    expect(await verify(join(data, "copy"))).toMatchObject({ ok: true, entries: 601 });
    await store.close();
  });
});

test("a history rewritten with the log's own key is found by who kept a checkpoint", async () => {
  const data = join(mkdtempSync(join(folder, "rewritten-")), "data");
  const store = await openStore({ folder: data, keys, origin, now: () => 1_800_000_000_000 });
  await store.commit((writes) => {
    for (let n = 0; n < 650; n += 1) writes.append("call.request", { n });
  });
  await store.close();
  expect(await verify(data)).toMatchObject({ ok: true, entries: 651 });
  const report = await verify(data, "early");
  expect(report).toMatchObject({
    findings: [{ place: "kept checkpoint", what: expect.stringContaining("rewritten") }],
  });
});

test("a kept checkpoint that another key signed is no proof, and says so", async () => {
  const options = { verifierKey: keys.verifierKey(origin), seen: signCheckpoint(origin, stranger, emptyTree) };
  const report = await verifyLedger(await openSource(join(folder, "data")), options);
  expect(report).toMatchObject({
    findings: [{ place: "kept checkpoint", what: expect.stringContaining("not signed") }],
  });
});

test("a damaged database file is a finding or a refusal, never a verified ledger", async () => {
  const size = readFileSync(join(folder, "data", "gateway.sqlite")).length;
  for (let at = 50; at < size; at += 4096 * 3) {
    const data = copyOfData();
    const bytes = readFileSync(join(data, "gateway.sqlite"));
    bytes.fill(0xa5, at, at + 2048);
    writeFileSync(join(data, "gateway.sqlite"), bytes);
    const outcome = await verify(data).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: "store_failed" });
    else if ((outcome as LedgerReport).ok) expect(await linesOf(data)).toEqual(exported);
  }
});

test("refuses what is no ledger", async () => {
  mkdirSync(join(folder, "empty"), { recursive: true });
  writeFileSync(join(folder, "empty", "other.txt"), "");
  await expect(openSource(join(folder, "nowhere"))).rejects.toMatchObject({ code: "not_found" });
  await expect(openSource(join(folder, "empty"))).rejects.toMatchObject({ code: "not_found" });
  const source = await openSource(join(folder, "data"));
  await expect(verifyLedger(source, { verifierKey: "no key" })).rejects.toMatchObject({ code: "bad_request" });
  expect(await verify(join(folder, "empty", "other.txt"))).toMatchObject({ ok: false });
});

function verify(path: string, seen?: "early" | "newest"): Promise<LedgerReport> {
  const verifierKey = keys.verifierKey(origin);
  return openSource(path).then((source) =>
    verifyLedger(source, seen === undefined ? { verifierKey } : { verifierKey, seen: kept[seen] }),
  );
}

function expectFound(tampering: Tampering, form: 0 | 1, report: LedgerReport): void {
  const place = typeof tampering.place === "string" ? tampering.place : tampering.place[form];
  const findings = report.ok ? [] : report.findings;
  const found = findings.find((finding) => finding.place === place && finding.what.includes(tampering.what));
  expect(found, JSON.stringify(findings)).toBeDefined();
  if (tampering.seq !== undefined) expect(found?.seq).toBe(tampering.seq);
  // One tampering is told in a few lines, not in one for every entry behind it.
  expect(findings.length, JSON.stringify(findings)).toBeLessThanOrEqual(4);
}

function places(report: LedgerReport): string[] {
  return report.ok ? [] : report.findings.map(({ place }) => place);
}

function copyOfData(): string {
  const data = join(mkdtempSync(join(folder, "copy-")), "data");
  cpSync(join(folder, "data"), data, { recursive: true });
  return data;
}

async function linesOf(data: string): Promise<string[]> {
  const lines = [];
  for await (const text of exportLedger(await openSource(data))) lines.push(text.trimEnd());
  return lines;
}

function written(lines: readonly string[]): string {
  const path = join(mkdtempSync(join(folder, "export-")), "ledger.jsonl");
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

function lastLine(lines: readonly string[]): string {
  return String(parsed(lines.at(-1) ?? "").checkpoint);
}
