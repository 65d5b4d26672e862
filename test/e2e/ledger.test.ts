import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { canonical } from "../../src/shared/json.ts";
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

const lines = z.array(z.object({ id: z.string(), kind: z.string(), facts: z.record(z.string(), z.unknown()) }));

async function searched(person: "approver" | "engineer", ...args: readonly string[]) {
  const ran = await demo.as(person, "audit", "search", ...args, "--json");
  expect(ran).toMatchObject({ status: 0 });
  return lines.parse(JSON.parse(ran.stdout));
}

describe("audit report", () => {
  it("writes what the ledger says of a period as a page and as JSON, offline and from the gateway, and never over a file", async () => {
    const folder = dirname(demo.told.data);
    const [page, json] = [join(folder, "report.html"), join(folder, "report.json")];
    const online = await demo.as("approver", "audit", "report", "--from", "24h", "--out", page);
    expect(online).toMatchObject({ status: 0, stdout: expect.stringContaining("0 of 0 decisions verified") });
    expect(await readFile(page, "utf8")).toContain("The ledger is whole");
    expect((await stat(page)).mode & 0o777).toBe(0o600);
    const offline = ["--data", demo.told.data, "--format", "json", "--out", json] as const;
    expect((await demo.as("approver", "audit", "report", "--from", "24h", ...offline)).status).toBe(0);
    const report = z.object({
      ledger: verified,
      calls: z.object({ connections: z.array(z.record(z.string(), z.unknown())) }),
    });
    const [customers] = report.parse(JSON.parse(await readFile(json, "utf8"))).calls.connections;
    expect(customers).toMatchObject({ connection: "customers", allowed: 3, held: 0, denied: 0 });
    const again = await demo.as("approver", "audit", "report", "--from", "24h", ...offline);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining("is there already") });
    expect((await demo.as("approver", "audit", "report", "--out", "x.html")).status).toBe(2);
  });
});

describe("audit search", () => {
  it("tells by one query who used a tool since a time, and what they were answered", async () => {
    const found = await searched("approver", "--tool", "get_customer", "--from", "24h", "--kind", "call.response");
    expect(found).toHaveLength(3);
    for (const { facts } of found) expect(facts).toMatchObject({ connection: "customers", outcome: "ok" });
    const [line] = found;
    const same = await searched(
      "approver",
      "--person",
      String(line?.facts["name"]),
      "--call",
      String(line?.facts["call"]),
    );
    expect(same.map(({ kind }) => kind)).toEqual(["call.response", "call.request"]);
  });

  it("finds words of what was asked, the same offline, and nothing by what is masked", async () => {
    const atGateway = await searched("approver", "cus_20418");
    expect(atGateway.length).toBeGreaterThan(0);
    const offline = await searched("approver", "cus_20418", "--to", "2999-01-01", "--data", demo.told.data);
    // That search is itself an entry by now, which has the word.
    expect(offline.filter(({ kind }) => kind !== "ledger.read")).toEqual(atGateway);
  });

  it("is recorded with what was looked for, but for what every connection hides", async () => {
    await searched("approver", "4111 1111 1111 1111", "--tool", "get_customer");
    const [last] = await searched("approver", "--kind", "ledger.read");
    expect(last?.facts).toMatchObject({ principal: "demo:approver" });
    const file = join(dirname(demo.told.data), "searched.jsonl");
    expect((await demo.as("approver", "audit", "export", file)).status).toBe(0);
    const text = await readFile(file, "utf8");
    expect(text).toContain(String.raw`\"tool\":\"get_customer\"},\"what\":\"search\"`);
    expect(text).not.toContain("4111 1111");
  });

  it("takes the role auditor, and only options that it knows", async () => {
    const ran = await demo.as("engineer", "audit", "search", "anything");
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("(not_allowed)") });
    expect((await demo.as("approver", "audit", "search", "--risk", "huge")).status).toBe(2);
    expect((await demo.as("approver", "audit", "verify", "--tool", "x")).status).toBe(2);
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

const told = z.array(z.object({ id: z.string(), connection: z.string(), calls: z.number(), client: z.string() }));

describe("audit sessions", () => {
  it("lists what each client did, the same offline, and writes one as JSON Lines and as a page that names no other place", async () => {
    const listed = await demo.as("approver", "audit", "sessions", "--connection", "customers", "--json");
    expect(listed).toMatchObject({ status: 0 });
    const [session] = told.parse(JSON.parse(listed.stdout));
    expect(session).toMatchObject({ client: "sdk-v2", calls: 3 });
    const offline = await demo.as("approver", "audit", "sessions", "--data", demo.told.data, "--json");
    expect(told.parse(JSON.parse(offline.stdout))).toContainEqual(session);
    const id = session?.id ?? "";
    for (const format of ["jsonl", "html"]) {
      const [file, again] = [`session.${format}`, `session-offline.${format}`].map((name) =>
        join(dirname(demo.told.data), name),
      );
      const written = await demo.as("approver", "audit", "session", id, "--format", format, "--out", String(file));
      expect(written).toMatchObject({ status: 0 });
      expect((await stat(String(file))).mode & 0o777).toBe(0o600);
      const args = ["--format", format, "--out", String(again), "--data", demo.told.data];
      expect(await demo.as("approver", "audit", "session", id, ...args)).toMatchObject({ status: 0 });
      expect(await readFile(String(again), "utf8")).toBe(await readFile(String(file), "utf8"));
    }
    const text = await readFile(join(dirname(demo.told.data), "session.jsonl"), "utf8");
    const [head, ...entries] = text
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(head).toMatchObject({ v: 1, origin: new URL(demo.told.gateway).host, session: { id } });
    for (const entry of z.array(entryLine).parse(entries)) expect(digestOf(entry)).toBe(entry.leaf.body);
    const page = await readFile(join(dirname(demo.told.data), "session.html"), "utf8");
    expect(page.match(/(?:https?:|src=|url\(|@import)[^<]{0,40}/g)).toBeNull();
  });

  it("takes the role auditor, a session that is there, and only its own options", async () => {
    const table: readonly (readonly [
      person: "approver" | "engineer",
      args: readonly string[],
      status: number,
      says: string,
    ])[] = [
      ["engineer", ["sessions"], 1, "(not_allowed)"],
      ["approver", ["session", "from-999999", "--out", "none.html"], 1, "(not_found)"],
      ["approver", ["session", "from-1"], 2, "--out FILE"],
      ["approver", ["session", "from-1", "--out", "x", "--format", "pdf"], 2, "--format takes"],
      ["approver", ["sessions", "--tool", "x"], 2, "--tool is for another"],
      ["approver", ["search", "--had", "held"], 2, "--had is for another"],
    ];
    for (const [person, args, status, says] of table)
      expect(await demo.as(person, "audit", ...args), args.join(" ")).toMatchObject({
        status,
        stderr: expect.stringContaining(says),
      });
  });
});

const entryLine = z.object({
  leaf: z.string().transform((text) => z.object({ body: z.string() }).parse(JSON.parse(text))),
  salt: z.string(),
  body: z.json(),
});

/** Bodies are canonical JSON: what is parsed gives the text that was hashed. */
function digestOf({ salt, body }: z.infer<typeof entryLine>): string {
  return createHash("sha256").update(Buffer.from(salt, "base64url")).update(canonical(body)).digest("base64url");
}
