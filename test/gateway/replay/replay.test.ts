import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { folderSource } from "../../../src/gateway/audit/folder-source.ts";
import type { LedgerSource, SourceEntry } from "../../../src/gateway/audit/ledger-source.ts";
import { configSchema } from "../../../src/gateway/config-schema.ts";
import { createPolicy } from "../../../src/gateway/policy/rules.ts";
import { replayLedger } from "../../../src/gateway/replay/replay.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { shell } from "../../cli/shell.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";

let ground: Ground & { close(): Promise<void> };
const then = [
  { name: "reads", tools: ["get_*"], groups: ["staff"], effect: "allow" },
  { name: "public", resources: ["file:///srv/*"], effect: "allow" },
];

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    const annotations = { readOnlyHint: true };
    const tools = [{ name: "get_it", description: "", inputSchema: { type: "object" }, annotations }];
    const contents = method === "resources/read" ? { contents: [] } : { content: [] };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(result(body, method === "tools/list" ? { tools } : contents));
  }, then);
  const erin = await ground.token("erin", ["staff", "engineers"]);
  const sam = await ground.token("sam", ["sales"]);
  await tool(erin, "get_it", { id: 1 });
  await tool(erin, "get_it", { id: 200 });
  await tool(erin, "get_it", { mail: "jane@example.com" });
  await tool(erin, "drop_it", {});
  await tool(sam, "get_it", { id: 1 });
  await send(erin, "resources/read", { uri: "file:///srv/jane@example.com" });
  await send(erin, "tools/list", {});
});
afterAll(() => ground.close());

const tool = (token: string, name: string, args: JsonObject) => send(token, "tools/call", { name, arguments: args });
async function send(token: string, method: string, params: JsonObject): Promise<void> {
  await (await post(ground, token, modernRequest(1, method, params))).text();
}

interface Report {
  readonly same: number;
  readonly changed: number;
  readonly undecidable: number;
  readonly unjudged: number;
  readonly changes: readonly {
    readonly id: string;
    readonly count: number;
    readonly examples: readonly JsonObject[];
  }[];
  readonly undecidables: readonly { readonly id: string; readonly count: number }[];
}

async function replay(rules: readonly JsonObject[], ...options: readonly string[]) {
  const file = join(ground.data, "..", "next.yaml");
  const issuer = {
    name: "staff",
    kind: "oidc",
    issuer: "http://127.0.0.1:9000",
    audience: "gateway",
    clients: ["app"],
  };
  const connections = [{ name: "target", http: { url: ground.target.url } }];
  const places = { publicUrl: ground.url, listen: { port: 0 }, data: "data", keys: "keys" };
  await writeFile(file, stringify({ version: 1, ...places, issuers: [issuer], connections, rules }));
  const asked = options.includes("--since") ? [] : ["--since", "1h"];
  return await shell("policy", "replay", ...asked, "--config", file, "--data", ground.data, ...options);
}

const reported = async (rules: readonly JsonObject[]): Promise<Report> => {
  const { stdout, stderr, status } = await replay(rules, "--json");
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Report;
};

describe("policy replay", () => {
  it("finds nothing changed under the rules of then", async () => {
    expect(await reported(then)).toMatchObject({ same: 6, changed: 0, undecidable: 0, unjudged: 1 });
  });

  it("tells which calls would have ended otherwise, by which rules, with the newest of them", async () => {
    const report = await reported([
      {
        name: "big",
        tools: ["get_*"],
        when: "has(arguments.id) && arguments.id > 100",
        effect: "approve",
        approvers: ["leads"],
      },
      { name: "sales", tools: ["get_*"], groups: ["sales"], effect: "allow" },
      {
        name: "engineers",
        tools: ["get_*"],
        when: '"engineers" in principal.groups && tool.annotations.readOnlyHint',
        effect: "allow",
      },
    ]);
    expect(report).toMatchObject({ same: 3, changed: 3, undecidable: 0 });
    expect(Object.fromEntries(report.changes.map(({ id, count }) => [id, count]))).toEqual({
      "allow (public) → deny (no rule)": 1,
      "allow (reads) → approve (big)": 1,
      "deny (no rule) → allow (sales)": 1,
    });
    expect(report.changes.find(({ id }) => id.includes("big"))?.examples).toMatchObject([
      { connection: "target", name: "get_it", principal: "staff:erin" },
    ]);
  });

  it("does not guess where a rule reads what was masked, and does not mind where it doesn't", async () => {
    const report = await reported([
      {
        name: "jane",
        tools: ["get_*"],
        when: 'has(arguments.id) || arguments.mail == "jane@example.com"',
        effect: "allow",
      },
      { name: "john", resources: ["file:///srv/john*"], effect: "allow" },
      { name: "srv", resources: ["file:///srv/*"], effect: "allow" },
    ]);
    expect(report).toMatchObject({ undecidable: 2, changed: 1, same: 3 });
    expect(new Set(report.undecidables.map(({ id }) => id))).toEqual(
      new Set(["jane: it reads arguments.mail, which was masked", "john: it goes by a name that was masked"]),
    );
  });

  it("reads an exported file as well", async () => {
    const file = join(ground.data, "..", "export.jsonl");
    await writeFile(file, exportLedger(folderSource(ground.data)));
    const { stdout } = await replay(then, "--json", "--data", file);
    expect(JSON.parse(stdout)).toMatchObject({ same: 6, changed: 0, undecidable: 0, unjudged: 1 });
  });

  it("prints a table for people", async () => {
    const { stdout } = await replay([]);
    expect(stdout).toMatch(
      /^calls +effect +rule then +rule now +newest\n3 +allow → deny +reads +no rule +entry \d+, .*get_it on target/m,
    );
    expect(stdout).toContain("4 would end otherwise, 2 the same");
  });

  it("passes over what was recorded before", async () => {
    const { stdout } = await replay([], "--json", "--since", "2099-01-01");
    expect(JSON.parse(stdout)).toMatchObject({ same: 0, changed: 0, unjudged: 0 });
  });

  it.each([[["--since", "yesterday"]], [["--since", "2026-13-45"]], [["more"]]])("%j is wrong usage", async (more) => {
    expect((await replay([], ...more)).status).toBe(2);
  });

  it("is wrong usage without a time or rules", async () => {
    expect((await shell("policy", "replay", "--config", "x")).stderr).toContain("--since is missing");
    expect((await shell("policy", "replay", "--since", "1h")).status).toBe(2);
  });
});

describe("entries that tell less", () => {
  const parse = configSchema.shape.rules.element;
  const byGroup = createPolicy([parse.parse({ name: "staff", groups: ["staff"], effect: "allow" })]);
  const byName = createPolicy([parse.parse({ name: "gets", tools: ["get_*"], effect: "allow" })]);
  const byTime = createPolicy([
    parse.parse({ name: "early", tools: ["get_*"], when: "time.getHours() < 25", effect: "allow" }),
  ]);

  it("older ones have no groups and no exact time: what goes by those is undecidable", async () => {
    const older = await ledgerOf(({ principal, judgedAtMs: _judgedAtMs, fingerprint: _fingerprint, ...body }) => ({
      ...body,
      principal: { ...(principal as JsonObject), state: undefined } as unknown as JsonObject,
    }));
    const whys = async (policy: typeof byGroup) =>
      (await replayLedger(older, policy, 0, () => undefined)).doubts().map(({ why }) => why);
    expect(await whys(byGroup)).toEqual(["it goes by principal.groups, which is not recorded"]);
    expect(await whys(byTime)).toEqual(["it reads the time, which is not recorded"]);
    expect(await whys(byName)).toEqual([]);
  });

  it("erased and damaged ones are undecidable", async () => {
    const erased = await replayLedger(await ledgerOf(() => null), byName, 0, () => undefined);
    expect(erased.doubts()).toMatchObject([{ count: 7, rule: null, why: "its entry was erased" }]);
    const damaged = await replayLedger(await ledgerOf(() => ({ call: 7 })), byName, 0, () => undefined);
    expect(damaged.doubts()).toMatchObject([{ why: "its entry can't be read" }]);
  });
});

/** The ground's ledger with the bodies of its calls changed. */
async function ledgerOf(change: (body: JsonObject) => JsonObject | null): Promise<LedgerSource> {
  const source = folderSource(ground.data);
  const entries: SourceEntry[] = [];
  for await (const entry of source.entries()) {
    if (!entry.readable) continue;
    if (!/call\.(request|refused)"/.test(entry.leaf)) entries.push(entry);
    else {
      const body = change(JSON.parse(entry.body ?? "") as JsonObject);
      entries.push({ ...entry, body: body === null ? null : JSON.stringify(body) });
    }
  }
  source.close();
  return { ...source, entries: () => streamOf(entries) };
}

async function* streamOf<T>(list: readonly T[]): AsyncGenerator<T> {
  for (const each of list) yield await Promise.resolve(each);
}
