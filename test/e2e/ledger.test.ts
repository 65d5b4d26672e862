import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Ran } from "../cli/shell.ts";
import { openV2 } from "./mcp-clients.ts";
import { startDemo, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
  const client = await openV2(demo.url("customers"), demo.token);
  for (const id of ["cus_20417", "cus_20418", "cus_20419"]) await client.call("get_customer", { id });
  await client.close();
});
afterAll(() => demo.clear());

const verified = z.object({ ok: z.literal(true), entries: z.number() });
const found = z.object({ ok: z.literal(false), findings: z.array(z.object({ place: z.string(), what: z.string() })) });

describe("audit verify", () => {
  it("passes on the gateway's export and on its data folder, and counts entries", async () => {
    const exported = await demo.as("approver", "audit", "verify", "--json");
    expect(exported.status).toBe(0);
    expect(verified.parse(JSON.parse(exported.stdout)).entries).toBeGreaterThan(6);
    const folder = await demo.as("approver", "audit", "verify", "--data", demo.told.data, "--json");
    expect(verified.parse(JSON.parse(folder.stdout)).entries).toBeGreaterThan(6);
  });

  it("passes on a file that audit export wrote, which never overwrites one", async () => {
    const file = join(dirname(demo.told.data), "ledger.jsonl");
    expect((await demo.as("approver", "audit", "export", file)).status).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await demo.as("approver", "audit", "verify", "--data", file)).status).toBe(0);
    const again = await demo.as("approver", "audit", "export", file);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining("is there already") });
  });

  it("asks the role auditor for the export", async () => {
    const ran = await demo.as("engineer", "audit", "verify");
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("(not_allowed)") });
  });

  it.each<[string, string, RegExp]>([
    [
      "a changed byte in a stored body",
      "UPDATE ledger_entries SET body = replace(body, 'a', 'b') WHERE seq = 3",
      /^entry 3$/,
    ],
    ["an entry removed", "DELETE FROM ledger_entries WHERE seq = 3", /^entr(y|ies) 3/],
    ["entries reordered", swap(3, 4), /^entry [34]$/],
    [
      "an entry inserted",
      "INSERT INTO ledger_entries SELECT max(seq) + 1, leaf, leaf_hash, salt, body FROM ledger_entries",
      /^entry \d+$/,
    ],
    [
      "a tail removed while its checkpoint stands",
      "DELETE FROM ledger_entries WHERE seq >= (SELECT max(seq) - 1 FROM ledger_entries)",
      /^(entries \d+|checkpoint|kept checkpoint)/,
    ],
    [
      "a tail removed with its checkpoint, which the client kept",
      "DELETE FROM ledger_entries WHERE seq > 1; DELETE FROM ledger_checkpoints WHERE size > 2",
      /^(entries \d+|checkpoint|kept checkpoint|ledger)/,
    ],
  ])("fails on %s, and names the place", async (what, change, place) => {
    const ran = await verifyTampered(what, change);
    expect(ran.status).toBe(1);
    const { findings } = found.parse(JSON.parse(ran.stdout));
    expect(findings.map((finding) => finding.place).join("\n")).toMatch(new RegExp(place.source, "m"));
    expect(ran.stderr).toContain("(ledger_inconsistent)");
  });
});

function move(from: number, to: number): string {
  return `UPDATE ledger_entries SET seq = ${to} WHERE seq = ${from}`;
}

function swap(a: number, b: number): string {
  return [move(a, -1), move(b, a), move(-1, b)].join("; ");
}

/** A copy of the running gateway's data, changed by SQL and verified against what the approver's profile pins. */
async function verifyTampered(name: string, change: string): Promise<Ran> {
  const copy = join(dirname(demo.told.data), "copies", name.replaceAll(/\W+/g, "-"));
  await mkdir(copy, { recursive: true });
  const live = new DatabaseSync(join(demo.told.data, "gateway.sqlite"), { readOnly: true });
  live.exec(`VACUUM INTO '${join(copy, "gateway.sqlite")}'`);
  live.close();
  const database = new DatabaseSync(join(copy, "gateway.sqlite"));
  database.exec(change);
  database.close();
  return await demo.as("approver", "audit", "verify", "--data", copy, "--json");
}
