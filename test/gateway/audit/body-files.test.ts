import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { canonical, type JsonObject } from "../../../src/shared/json.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { scratch } from "../store/scratch.ts";

const long: JsonObject = {
  rows: Array.from({ length: 20_000 }, (_, n) => ({ n, text: "line\u2028 é 😀" })),
  call: "c",
};

/** A ledger of three entries, the second long. */
async function ledger() {
  const { data, verifierKey, open } = await scratch();
  const store = await open();
  await store.prepare(long);
  await store.prepare({ call: "short" });
  await store.commit((writes) => {
    writes.append("call.request", { call: "c" });
    writes.append("call.response", long);
    writes.append("call.response", { call: "d" });
  });
  await store.close();
  const bodies = join(data, "bodies");
  const file = join(bodies, readdirSync(bodies)[0] ?? "");
  const wrong = async (path = data): Promise<readonly string[]> => {
    const report = await verifyLedger(await openSource(path), { verifierKey });
    const places = report.ok ? [] : report.findings.map(({ place }) => place);
    expect(findWrongPlaces(path, verifierKey)).toEqual(places);
    return places;
  };
  return { data, bodies, file, open, wrong };
}

test("a long entry's body stands in a file of the gateway's own, whose name its leaf has, and its row has none", async () => {
  const { data, bodies, file, wrong } = await ledger();
  expect(readdirSync(bodies)).toHaveLength(1);
  expect([statSync(bodies).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(readFileSync(file, "utf8")).toBe(canonical(long));
  const db = new DatabaseSync(join(data, "gateway.sqlite"), { readOnly: true });
  const row = db.prepare("SELECT leaf ->> '$.body' AS digest, body FROM ledger_entries WHERE seq = 1").get();
  db.close();
  expect(row).toEqual({ digest: file.slice(bodies.length + 1), body: null });
  expect(await wrong()).toEqual([]);
});

test("an export has it as any other entry's", async () => {
  const { data, wrong } = await ledger();
  let text = "";
  for await (const part of exportLedger(await openSource(data))) text += part;
  const lines = text.trimEnd().split("\n");
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({ body: canonical(long) });
  const path = join(data, "..", "export.jsonl");
  writeFileSync(path, text);
  expect(await wrong(path)).toEqual([]);
});

test("a body file that was changed, cut short or taken away is found, and names its entry", async () => {
  const { file, wrong } = await ledger();
  const whole = readFileSync(file, "utf8");
  for (const other of [whole.replace("19999", "19998"), whole.slice(0, -1), `${whole} `, ""]) {
    writeFileSync(file, other);
    expect(await wrong()).toEqual(["entry 1"]);
  }
  rmSync(file);
  expect(await wrong()).toEqual(["entry 1"]);
});

test("what a crash left before its entry was committed goes at the next start, and nothing else", async () => {
  const { bodies, file, open, wrong } = await ledger();
  const store = await open();
  await store.prepare({ ...long, call: "never committed" });
  writeFileSync(join(bodies, "0123456789abcdef01234567.part"), "half");
  expect(readdirSync(bodies)).toHaveLength(3);
  await store.close();
  await (await open()).close();
  expect(readdirSync(bodies)).toEqual([file.slice(bodies.length + 1)]);
  expect(await wrong()).toEqual([]);
});

test("a body that can't be written is refused as any failed write", async () => {
  const { data, bodies, open } = await ledger();
  const store = await open();
  rmSync(bodies, { recursive: true });
  writeFileSync(join(data, "bodies"), "no folder");
  await expect(store.prepare({ ...long })).rejects.toMatchObject({ code: "store_failed" });
});
