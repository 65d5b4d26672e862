import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger, type LedgerReport } from "../../../src/gateway/audit/verify.ts";
import type { LogLine } from "../../../src/gateway/log.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { parseWitnessKey, witnessedBy } from "../../../src/gateway/witnesses/cosignature.ts";
import { createWitnesses, type Witnesses } from "../../../src/gateway/witnesses/witnesses.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { startWitness, type WitnessStandIn } from "../../support/witness.ts";
import { append } from "../sinks/sink-ground.ts";
import { scratch, type Scratch } from "../store/scratch.ts";

let place: Scratch;
let store: Store;
let witness: WitnessStandIn;
let log: LogLine[];
beforeEach(async () => {
  place = await scratch();
  store = await place.open();
  witness = await startWitness("witness.example/w1", place.verifierKey);
  onTestFinished(() => witness.close());
  log = [];
});

/** Asks by a clock of the test's: every few milliseconds. */
async function asking(): Promise<Witnesses> {
  const { url, key } = witness;
  const witnesses = createWitnesses({
    config: [{ name: "w1", url, key }],
    folder: place.data,
    checkpoint: () => store.checkpoint(),
    proofs: store.proofs,
    log: (line) => void log.push(line),
    everyMs: 20,
  });
  await witnesses.start();
  onTestFinished(() => witnesses.close());
  return witnesses;
}

const size = (): number => Number(store.checkpoint().split("\n", 2)[1]);
const caughtUp = async (witnesses: Witnesses) => {
  await expect.poll(() => witnesses.readings()[0]?.size, { timeout: 20_000 }).toBe(size());
};
const events = () => log.map(({ event }) => event);
const witnessKey = () => parseWitnessKey(witness.key) ?? expect.fail("the key can't be read");

async function verified(path = place.data): Promise<LedgerReport> {
  return await verifyLedger(await openSource(path), { verifierKey: place.verifierKey, witnesses: [witnessKey()] });
}

async function exported(): Promise<string> {
  const file = join(place.data, "..", "export.jsonl");
  let text = "";
  for await (const piece of exportLedger(await openSource(place.data))) text += piece;
  await writeFile(file, text);
  return file;
}

describe("a witness", () => {
  it("cosigns what the ledger grew to, by proofs that it checks, over many checkpoints; the folder and an export show it to both verifiers", async () => {
    await append(store, 3);
    const witnesses = await asking();
    await caughtUp(witnesses);
    for (const count of [1, 250, 30, 600]) {
      await append(store, count);
      await caughtUp(witnesses);
    }
    expect(witness.known.size).toBe(884);
    expect(new Set(witness.answered)).toEqual(new Set([200]));
    // What came after it has no cosignature yet.
    await witnesses.close();
    await append(store, 2);
    const witnessed = [{ name: "witness.example/w1", size: 884, atMs: expect.any(Number) }];
    expect(await verified()).toMatchObject({ ok: true, entries: 886, witnessed });
    expect(await verified(await exported())).toMatchObject({ ok: true, entries: 886, witnessed });
    expect(findWrongPlaces(await exported(), place.verifierKey)).toEqual([]);
    expect(findWrongPlaces(place.data, place.verifierKey)).toEqual([]);
    expect(events()).toEqual([]);
  });

  it("that knows the log already says at which size, and is asked from there; a new start goes on where it was", async () => {
    await append(store, 300);
    const first = await asking();
    await caughtUp(first);
    await first.close();
    await append(store, 5);
    const again = await asking();
    await caughtUp(again);
    expect(witness.answered).toEqual([200, 200]);
    await again.close();
    await append(store, 5);
    // As after the data folder was restored without the witness's file.
    await writeFile(
      join(place.data, "witness-w1.txt"),
      (await readFile(join(place.data, "witness-w1.txt"), "utf8")).replace("\n305\n", "\n7\n"),
    );
    const restored = await asking();
    await caughtUp(restored);
    expect(witness.answered).toEqual([200, 200, 409, 200]);
  });

  it("that has seen more, or another history, is believed: the gateway says so, and asks no more", async () => {
    await append(store, 10);
    witness.known = { size: 5000, root: "x" };
    const ahead = await asking();
    await expect.poll(() => ahead.readings()[0]?.contradicts, { timeout: 20_000 }).toBe(true);
    expect(log.at(-1)).toMatchObject({ level: "error", event: "witness.contradicts", witness: "w1" });
    await ahead.close();
    witness.known = { size: 4, root: Buffer.alloc(32, 1).toString("base64") };
    const other = await asking();
    await expect.poll(() => other.readings()[0]?.contradicts, { timeout: 20_000 }).toBe(true);
    expect(log.at(-1)).toMatchObject({ why: "the ledger does not continue the tree that it knows" });
    await append(store, 1);
    const asked = witness.answered.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(witness.answered).toHaveLength(asked);
  });

  it.each([
    ["an answer without its signature", { status: 200, body: "— stranger.example AAAA\n" }],
    ["a failure", { status: 500, body: "" }],
    ["an endless answer", { status: 200, body: "x".repeat(100_000) }],
    ["a conflict that names no size", { status: 409, body: "soon\n" }],
  ])("that gives %s is asked again, told once, and nothing is kept of it", async (_what, instead) => {
    witness.insteadOf = instead;
    await append(store, 3);
    const witnesses = await asking();
    await expect.poll(() => witnesses.readings()[0]?.failures, { timeout: 20_000 }).toBeGreaterThan(2);
    expect(events()).toEqual(["witness.failed"]);
    witness.insteadOf = null;
    await caughtUp(witnesses);
    await expect.poll(events, { timeout: 20_000 }).toEqual(["witness.failed", "witness.recovered"]);
  });
});

describe("a witness that lies", () => {
  it("about a time that no calendar has is asked again, and a note that says so stops no verifier", async () => {
    witness.times = [0xffff_ffff_ffff_ffffn];
    await append(store, 3);
    const witnesses = await asking();
    await expect.poll(() => witnesses.readings()[0]?.failures, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(witnesses.readings()[0]?.size).toBe(0);
    expect(await verified()).toMatchObject({ ok: false, findings: [{ place: "witness witness.example/w1" }] });
  });

  it("by a hundred cosignatures leaves one in the note that is kept, its newest", async () => {
    witness.times = Array.from({ length: 100 }, (_, at) => BigInt(1_800_000_000 + ((at * 7) % 100)));
    await append(store, 3);
    await caughtUp(await asking());
    const note = await readFile(join(place.data, "witness-w1.txt"), "utf8");
    expect(note.split("\n").filter((line) => line.startsWith("— "))).toHaveLength(2);
    expect(witnessedBy(witnessKey(), note)?.atMs).toBe(1_800_000_099_000);
  });
});

describe("a verifier that asks for a witness", () => {
  it("finds a ledger that nobody else vouches for", async () => {
    await append(store, 3);
    expect(await verified()).toMatchObject({ ok: false, findings: [{ place: "witness witness.example/w1" }] });
  });

  it("finds a ledger that its own operator cut off and signed anew", async () => {
    await append(store, 20);
    const witnesses = await asking();
    await caughtUp(witnesses);
    await witnesses.close();
    const note = await readFile(join(place.data, "witness-w1.txt"), "utf8");
    expect(witnessedBy(witnessKey(), note)?.size).toBe(20);
    await store.close();
    // The operator, who has the key: a database with other entries under its own good signatures.
    const rewritten = new DatabaseSync(join(place.data, "gateway.sqlite"));
    rewritten.exec("DELETE FROM ledger_entries; DELETE FROM ledger_checkpoints WHERE size > 0");
    rewritten.close();
    const forged = await openStore({
      folder: place.data,
      keys: place.keys,
      origin: note.split("\n")[0] ?? "",
      now: Date.now,
    });
    await append(forged, 25);
    await forged.close();
    const report = await verified();
    expect(report.ok ? "" : report.findings.map(({ what }) => what).join("\n")).toMatch(
      /root that checkpoint 20 signs/,
    );
  });

  it("takes no key but one for cosignatures, whose hash is its own", () => {
    const [name = "", hash = "", ...rest] = witness.key.split("+");
    // The key's own base64 may hold a plus.
    const key = rest.join("+");
    expect(parseWitnessKey(witness.key)).not.toBeNull();
    expect(parseWitnessKey(place.verifierKey)).toBeNull();
    expect(parseWitnessKey(`${name}+00000000+${key}`)).toBeNull();
    expect(parseWitnessKey(`other+${hash}+${key}`)).toBeNull();
    expect(parseWitnessKey("")).toBeNull();
  });
});
