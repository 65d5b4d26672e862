import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../../../src/gateway/config.ts";
import { retentionRules } from "../../../src/gateway/retention/rules.ts";

const dayMs = 86_400_000;
const base = `version: 1
listen: { host: 127.0.0.1, port: 0 }
publicUrl: http://127.0.0.1:8080
data: ./data
keys: ./keys
issuers:
  - { name: corp, kind: oidc, issuer: https://id.example, audience: https://gateway.example, clients: [desktop] }
connections:
  - { name: crm, http: { url: "http://127.0.0.1:9/mcp" } }
  - { name: files, http: { url: "http://127.0.0.1:9/mcp" } }
rules: []
`;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "config-retention-"))));
afterAll(() => rm(folder, { recursive: true }));

async function problems(retention: string): Promise<readonly string[]> {
  const path = join(folder, "gateway.yaml");
  await writeFile(path, `${base}retention: ${retention}\n`);
  const result = await readConfig(path);
  return result.ok ? [] : result.problems.map(({ message }) => message);
}

it.each([
  ["{}"],
  ["{ default: 400d }"],
  ["{ default: 400d, rules: [{ name: answers, connections: [crm], kinds: [call.response], keep: 30d }] }"],
  [
    "{ rules: [{ name: looks, kinds: [ledger.read, 'session.*'], keep: 1d }, { name: crm, connections: ['c*'], keep: 2d }] }",
  ],
])("takes %s", async (retention) => {
  expect(await problems(retention)).toEqual([]);
});

it.each([
  ["a time that is too short", "{ default: 12h }", "Entries are kept from 1d to 36500d"],
  ["a time that is none", "{ default: 1y }", "Write a duration"],
  ["a kind that is none", "{ rules: [{ name: a, kinds: [call.answer], keep: 2d }] }", "No kind of entry matches this"],
  ["a kind that is never erased", "{ rules: [{ name: a, kinds: ['hold.*'], keep: 2d }] }", "never erased"],
  [
    "an answer that is kept longer than its request",
    "{ rules: [{ name: a, connections: [files], kinds: [call.request], keep: 2d }] }",
    "On files a call.response is kept longer than its call.request",
  ],
  ["a name twice", "{ rules: [{ name: a, keep: 2d }, { name: a, keep: 3d }] }", "Another one has this already"],
])("refuses %s", async (_what, retention, message) => {
  expect(await problems(retention)).toEqual([expect.stringContaining(message)]);
});

it("lets the first rule that fits count, and those that name no connection alone for what has none", () => {
  const rules = retentionRules({
    default: 400 * dayMs,
    rules: [
      { name: "answers", connections: ["crm*"], kinds: ["call.response"], keep: 30 * dayMs },
      { name: "crm", connections: ["*"], keep: 90 * dayMs },
      { name: "looks", kinds: ["ledger.read"], keep: 10 * dayMs },
    ],
  });
  const nameOf = (kind: string, connection: string | null) => rules.of(kind, connection)?.name;
  expect(nameOf("call.response", "crm-eu")).toBe("answers");
  expect(nameOf("call.request", "crm-eu")).toBe("crm");
  expect(nameOf("ledger.read", null)).toBe("looks");
  expect(nameOf("gateway.started", null)).toBe("default");
  expect(rules.keeps.map((ms) => ms / dayMs)).toEqual([10, 30, 90, 400]);
  expect(retentionRules(undefined)).toMatchObject({ keeps: [] });
  expect(retentionRules(undefined).of("call.request", "crm")).toBeNull();
});
