import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import type { JsonObject } from "../../../src/shared/json.ts";
import { entryBodies } from "../../../src/shared/entry-bodies.ts";
import { entryKind, type EntryKind } from "../../../src/shared/entry-kind.ts";
import { install, type OpenSession } from "../../support/gateway-session.ts";
import { call } from "../../support/world.ts";
import { openGrantGround, type GrantGround } from "../grants/grant-ground.ts";
import { modernRequest, post } from "../mcp/ground.ts";

let ground: GrantGround;
/** Ids that the world gave. */
let device: string;
let session: string;
let adminDevice: string;
let yaml: string;
let entries: readonly { readonly kind: EntryKind; readonly body: JsonObject }[];

const rules: JsonObject[] = [
  { name: "never", tools: ["equal_*"], effect: "deny" },
  { name: "reads", tools: ["plain_*"], effect: "allow" },
  {
    name: "writes",
    tools: ["write_*"],
    effect: "approve",
    approvers: ["approvers"],
    grants: { longest: "8h", mostUses: 20, constraints: ["equal", "prefix", "any"] },
  },
];
const client = { name: "cursor", version: "1.2.3" };

/** Everything that leaves an entry of its own, in one gateway's life. */
beforeAll(async () => {
  ground = await openGrantGround(rules);
  await ground.reload((config) => {
    config.roles = { admin: ["admins"], auditor: ["auditors"] };
    yaml = stringify(config);
  });
  const [tom, olga, ada] = await Promise.all([
    ground.token("tom", ["engineers"]),
    ground.token("olga", ["auditors"]),
    ground.token("ada", ["admins"]),
  ]);
  await calls(tom);
  await decisions();
  await refusals(tom);
  for (const look of ["entries?tool=plain_it", "sessions", "export"])
    await (await fetch(`${ground.url}/v1/audit/${look}`, { headers: { authorization: `Bearer ${olga}` } })).text();
  await acts(ada);
  await ground.restart();
  entries = ground.ledger().map(({ kind, body }) => ({
    kind: entryKind.parse(kind),
    body: JSON.parse(body) as JsonObject,
  }));
});
afterAll(() => ground.close());

async function calls(token: string): Promise<void> {
  const installed = await install(ground.url, token);
  const open = await installed.begin();
  device = await deviceOf(open);
  session = open.begun.session;
  const meta = { "io.modelcontextprotocol/clientInfo": client };
  const request = modernRequest(1, "tools/call", {
    name: "plain_it",
    arguments: { mail: "jane@example.com" },
    _meta: meta,
  });
  await inSession(open, request);
  await inSession(open, modernRequest(2, "tools/call", { name: "equal_it", arguments: {}, _meta: meta }));
  ground.answering.result = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    serverInfo: { name: "t", version: "1" },
  };
  const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: client };
  const begun = await post(ground, token, { body: { jsonrpc: "2.0", id: 1, method: "initialize", params: hello } });
  const headers = { authorization: `Bearer ${token}`, "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  await fetch(`${ground.url}/mcp/target`, { method: "DELETE", headers });
  await fetch(`${ground.url}/v1/session`, { method: "DELETE", headers: open.headers("DELETE", "/v1/session") });
}

async function deviceOf(open: OpenSession): Promise<string> {
  const answer = await fetch(`${ground.url}/v1/devices`, { headers: open.headers("GET", "/v1/devices") });
  const { devices } = (await answer.json()) as { devices: { id: string; isThis: boolean }[] };
  return devices.find(({ isThis }) => isThis)?.id ?? "";
}

async function inSession(open: OpenSession, { headers, body }: ReturnType<typeof modernRequest>): Promise<void> {
  const own = open.headers("POST", "/mcp/target");
  const accept = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const answer = await fetch(`${ground.url}/mcp/target`, {
    method: "POST",
    headers: { ...own, ...accept, ...headers },
    body: JSON.stringify(body),
  });
  await answer.text();
}

async function decisions(): Promise<void> {
  ground.answering.result = { content: [{ type: "text", text: "done" }] };
  const { approver } = ground;
  const first = await ground.held({ n: 1 });
  await call(ground.url, approver.token, `/v1/approvals/${first.id}/decision`, { decision: "nonsense" });
  await approver.approveAndGrant(first);
  await ground.callTool({ n: 1 });
  await ground.callTool({ n: 1 });
  const [grant] = await ground.grants();
  await ground.revoke(grant?.id ?? "", approver.token);
  const second = await ground.held({ n: 2 });
  await call(ground.url, ground.erin, `/v1/approvals/${second.id}/withdraw`, {});
  const third = await ground.held({ n: 3 });
  const { decision } = await approver.body(third, { decision: { verdict: "deny", reason: "no" } });
  await call(ground.url, approver.token, `/v1/approvals/${third.id}/decision`, { decision });
}

async function refusals(token: string): Promise<void> {
  await fetch(`${ground.url}/v1/me`);
  await call(ground.url, token, "/mcp/elsewhere", {});
  await call(ground.url, token, "/v1/audit/entries");
  await fetch(`${ground.url}/mcp/target`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "*/*" },
    body: '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
  });
}

async function acts(token: string): Promise<void> {
  const installed = await install(ground.url, token);
  const open = await installed.begin();
  adminDevice = await deviceOf(open);
  const tim = await install(ground.url, await ground.token("tim", ["engineers"]));
  const live = await tim.begin();
  const theirs = await deviceOf(live);
  const act = async (path: string, body: object): Promise<void> => {
    const headers = { ...open.headers("POST", path), "content-type": "application/json" };
    await (await fetch(`${ground.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).text();
  };
  await act("/v1/revocations", { kind: "session", id: live.begun.session });
  await act("/v1/revocations", { kind: "device", id: theirs });
  await act("/v1/revocations", { kind: "principal", id: "staff:tim" });
  await act("/v1/revocations/lift", { kind: "principal", id: "staff:tim" });
  const { body } = await call(ground.url, token, "/v1/tools");
  const [tool] = (body as { tools: { tool: string; fingerprint: string }[] }).tools;
  await act("/v1/tools/accept", { connection: "target", tool: tool?.tool, fingerprint: tool?.fingerprint });
}

const address = expect.stringMatching(/127\.0\.0\.1/);
const rule = (name: string): JsonObject => ({ name, version: expect.any(String) });
const admin = () => ({ by: "staff:ada", device: adminDevice, address });

it.each<[EntryKind, string, () => object]>([
  ["config.loaded", "a reload, by the digest of the file", () => ({ sha256: sha256(yaml), rules: expect.any(String) })],
  [
    "gateway-session.begun",
    "a sign-in",
    () => ({
      session,
      principal: "staff:tom",
      device,
      address,
      issuer: "staff",
      signedInAtMs: expect.any(Number),
    }),
  ],
  ["gateway-session.ended", "a sign-out", () => ({ session, principal: "staff:tom" })],
  ["device.enrolled", "an enrolment", () => ({ device, principal: "staff:tom", address })],
  ["session.opened", "an MCP client's session", () => ({ principal: { id: "staff:tom" }, connection: "target" })],
  ["session.closed", "its end", () => ({ principal: "staff:tom", connection: "target" })],
  [
    "call.request",
    "a call: who, through what, on what, with what",
    () => ({
      principal: { id: "staff:tom", kind: "user" },
      device,
      client,
      address,
      connection: "target",
      method: "tools/call",
      name: "plain_it",
      params: { arguments: { mail: expect.not.stringContaining("jane") } },
      hidden: [{ path: ["arguments", "mail"], kind: "email" }],
      effect: "allow",
      rule: rule("reads"),
      judgedAtMs: expect.any(Number),
    }),
  ],
  [
    "call.response",
    "its whole answer, size and time",
    () => ({
      outcome: "ok",
      ms: expect.any(Number),
      bytes: expect.any(Number),
      response: { result: { content: [{ type: "text", text: "done" }] } },
    }),
  ],
  [
    "call.refused",
    "a call that a rule refused",
    () => ({ name: "equal_it", effect: "deny", rule: rule("never"), device, client, address }),
  ],
  [
    "approval.pending",
    "a call that is held",
    () => ({ tool: "write_it", rule: rule("writes"), payload: { arguments: { n: 1 } } }),
  ],
  [
    "approval.approved",
    "a decision with its signature",
    () => ({ decision: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/), by: "staff:avery" }),
  ],
  [
    "approval.denied",
    "a denial with its signature",
    () => ({ decision: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/), by: "staff:avery" }),
  ],
  ["approval.executed", "what came of it", () => ({ outcome: expect.any(String) })],
  ["approval.withdrawn", "a withdrawal", () => ({ by: "staff:erin" })],
  ["decision.refused", "a decision that does not count", () => ({ by: "staff:avery", code: "bad_signature" })],
  ["grant.created", "a grant with its signature", () => ({ by: "staff:avery", signed: expect.any(String) })],
  ["grant.used", "its use", () => ({ uses: 1 })],
  ["grant.revoked", "its end", () => ({ revokedBy: "staff:avery" })],
  ["auth.refused", "a request without a token", () => ({ code: "token_missing", path: "/v1/me", address })],
  [
    "request.refused",
    "a connection that is not for its caller",
    () => ({ code: "not_found", path: "/mcp/elsewhere", principal: "staff:tom", address }),
  ],
  [
    "request.refused",
    "a role that its caller has not",
    () => ({ code: "not_allowed", path: "/v1/audit/entries", principal: "staff:tom", address }),
  ],
  [
    "request.refused",
    "a message that can't be judged",
    () => ({ code: "bad_request", path: "/mcp/target", principal: "staff:tom", address }),
  ],
  [
    "ledger.read",
    "a search in the ledger",
    () => ({ principal: "staff:olga", what: "search", query: { tool: "plain_it" }, address }),
  ],
  ["ledger.read", "a look at sessions", () => ({ principal: "staff:olga", what: "sessions", address })],
  [
    "ledger.read",
    "an export, and so every verification through the gateway",
    () => ({ principal: "staff:olga", what: "export", address }),
  ],
  ["gateway-session.revoked", "a revoked session", () => ({ principal: "staff:tim", ...admin() })],
  ["device.removed", "a removed device", () => ({ principal: "staff:tim", by: "staff:ada", address })],
  ["principal.revoked", "a revoked person", () => ({ principal: "staff:tim", ...admin() })],
  ["principal.restored", "a restored person", () => ({ principal: "staff:tim", ...admin() })],
  ["tool.accepted", "an accepted tool", () => ({ connection: "target", ...admin() })],
  ["gateway.stopped", "a stop", () => ({})],
  ["gateway.started", "a start", () => ({ origin: ground.url })],
])("%s records %s", (kind, _what, says) => {
  const bodies = entries.filter((entry) => entry.kind === kind).map(({ body }) => body);
  expect(bodies).toContainEqual(expect.objectContaining(deep(says())));
});

it("each entry is of its kind's schema, with no member that the schema doesn't name", () => {
  for (const { kind, body } of entries) {
    const parsed = entryBodies[kind].safeParse(body);
    expect(parsed.error?.issues, `${kind} ${JSON.stringify(body)}`).toBeUndefined();
  }
});

it("the digest of the configuration is that of the file", async () => {
  expect(sha256(await readFile(join(ground.data, "..", "gateway.yaml"), "utf8"))).toBe(sha256(yaml));
});

/** Objects within match by what they name, too. */
function deep(value: object): JsonObject {
  const members = Object.entries(value).map(([name, member]) => [
    name,
    isPlain(member) ? expect.objectContaining(deep(member)) : member,
  ]);
  return Object.fromEntries(members) as JsonObject;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
