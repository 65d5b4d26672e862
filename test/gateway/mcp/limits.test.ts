import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import { isJsonObject, type JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover, type Approver } from "./approver.ts";
import { modernRequest, openGround, post, result, type Ground } from "./ground.ts";
import { openSession } from "./legacy-session.ts";
import { eventually } from "../../support/eventually.ts";

const held = { effect: "approve", approvers: ["approvers"] };
const image = Buffer.from("an image, as far as anybody here can tell, of sixty-four bytes or more").toString("base64");
const rules: JsonObject[] = [
  { name: "rate", tools: ["rated"], effect: "allow", limits: { rate: { calls: 2, per: "1m" } } },
  { name: "one", tools: ["single"], effect: "allow", limits: { concurrency: 1 } },
  { name: "few", tools: ["few"], effect: "allow", limits: { callsPerSession: 2 } },
  { name: "small", tools: ["small"], effect: "allow", limits: { resultBytes: 500 } },
  { name: "dropped", tools: ["picture_drop"], effect: "allow", binary: "drop" },
  { name: "hashed", tools: ["picture_hash"], effect: "allow", binary: "hash" },
  { name: "usual", tools: ["picture"], effect: "allow" },
  { name: "held picture", tools: ["slow_picture"], ...held, binary: "hash" },
  { name: "held rate", tools: ["slow_rated"], ...held, limits: { rate: { calls: 1, per: "1m" } } },
  { name: "held one", tools: ["slow_single"], ...held, limits: { concurrency: 1 } },
  { name: "held small", tools: ["slow_small"], ...held, limits: { resultBytes: 500 } },
  { name: "held", tools: ["slow_any"], ...held },
];
const tools = rules
  .flatMap((rule) => rule.tools as string[])
  .map((name) => ({ name, inputSchema: { type: "object" } }));

let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
let approver: Approver;
/** Arguments of the calls that the target ran. */
const ran: unknown[] = [];
/** What the target waits for before it answers. */
let gate: Promise<void>;
/** What the target answers, and what it says before; a test sets its own. */
let content: JsonObject;
let before: JsonObject[];
let people = 0;

beforeAll(async () => {
  ground = await openGround(answer, rules);
  avery = await ground.token("avery", ["approvers"]);
  approver = await enrolApprover(ground, avery);
});
afterAll(() => ground.close());
beforeEach(async () => {
  // Nobody has counted anything under a principal that was never there.
  erin = await ground.token(`erin ${(people += 1)}`, ["engineers"]);
  ran.length = 0;
  gate = Promise.resolve();
  content = { content: [{ type: "text", text: "done" }] };
  before = [];
  ground.clock.aheadMs = 0;
});

async function answer(
  request: { readonly method?: string | undefined },
  response: ServerResponse,
  body: string,
): Promise<void> {
  if (request.method !== "POST") return void response.writeHead(request.method === "DELETE" ? 204 : 405).end();
  const { id, method, params } = JSON.parse(body) as { id?: number; method: string; params: JsonObject };
  if (id === undefined) return void response.writeHead(202).end();
  const json = (value: JsonObject): void =>
    void response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
  if (method === "initialize") {
    response.setHeader("mcp-session-id", `s${ground.target.seen.length}`);
    return json({ protocolVersion: "2025-11-25", capabilities: {} });
  }
  if (method !== "tools/call") return json({ tools });
  ran.push(params.arguments);
  await gate;
  if (before.length === 0) return json(content);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const messages = [...before.map((message) => JSON.stringify(message)), result(body, content)];
  response.end(messages.map((message) => `data: ${message}\n\n`).join(""));
}

interface Answered {
  readonly messages: readonly JsonObject[];
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string; readonly data: JsonObject };
}

async function make(tool: string, args: JsonObject = {}, token = erin): Promise<Answered> {
  return read(await post(ground, token, modernRequest(1, "tools/call", { name: tool, arguments: args })));
}

/** A call that is held: its stream opens once it waits. */
function begin(tool: string, of: string): Promise<Response> {
  return post(ground, erin, modernRequest(1, "tools/call", { name: tool, arguments: { of } }));
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  const lines = text.split("\n").filter((line) => line.startsWith("data: {"));
  const said = text.startsWith("{") ? [text] : lines.map((line) => line.slice(6));
  const messages = said.map((line) => JSON.parse(line) as JsonObject);
  return { messages: messages.slice(0, -1), ...messages.at(-1) };
}

async function pending(argument: string): Promise<ApprovalView> {
  return eventually(async () => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    const all = (body as { approvals: unknown[] }).approvals.map((each) => approvalView.parse(each));
    const found = all.find(({ payload }) => isJsonObject(payload.arguments) && payload.arguments.of === argument);
    return found ?? expect.fail("it does not wait yet");
  });
}

/** The newest entry of this kind. */
function recorded(kind: string): JsonObject {
  const entry = ground.ledger().findLast((each) => each.kind === kind);
  return JSON.parse(entry?.body ?? "{}") as JsonObject;
}

/** A gate that stays shut until it is opened. */
function shut(): () => void {
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  return opened.resolve;
}

describe("a rate", () => {
  it("refuses what exceeds it, says when to call again, forwards nothing, and records the rule", async () => {
    expect((await make("rated")).result).toBeDefined();
    expect((await make("rated")).result).toBeDefined();
    const { error } = await make("rated");
    const { retryAfterMs, ...data } = error?.data ?? {};
    expect(error?.code).toBe(-32053);
    expect(error?.message).toMatch(/^Rule “rate” allows you 2 calls per 1m\. Nothing was run\. Call again in \d+s\.$/);
    expect(data).toEqual({ code: "rate_limited", rule: "rate", most: 2, perMs: 60_000 });
    expect(Number(retryAfterMs)).toBeGreaterThan(20_000);
    expect(ran.length).toBe(2);
    expect(recorded("call.refused")).toMatchObject({ code: -32053, name: "rated", rule: { name: "rate" } });
    expect((await make("rated", {}, avery)).result).toBeDefined();
    ground.clock.aheadMs = Number(retryAfterMs);
    expect((await make("rated")).result).toBeDefined();
  });

  it("goes on counting after a reload that left the rule as it was, and begins anew where it changed", async () => {
    await make("rated");
    await make("rated");
    await ground.reload((config) => config.rules.push({ name: "another", tools: ["nothing"], effect: "deny" }));
    expect((await make("rated")).error?.code).toBe(-32053);
    await ground.reload((config) => {
      config.rules = config.rules.map((rule) => (rule.name === "rate" ? { ...rule, why: "changed" } : rule));
    });
    expect((await make("rated")).result).toBeDefined();
  });
});

describe("concurrency", () => {
  it("refuses a call beside one that runs, and lets it through once that has ended, however it did", async () => {
    const open = shut();
    const first = make("single");
    await eventually(() => expect(ran.length).toBe(1));
    expect((await make("single")).error).toMatchObject({ code: -32053, data: { code: "too_many_at_once", most: 1 } });
    open();
    expect((await first).result).toBeDefined();
    content = { wrong: "no content" };
    before = [{ jsonrpc: "2.0", id: "unknown", result: {} }];
    await make("single");
    expect((await make("single")).error?.code).not.toBe(-32053);
    expect(ran.length).toBe(3);
  });

  it("frees the place of a modern client that leaves", async () => {
    const open = shut();
    const leave = new AbortController();
    const left = post(ground, erin, modernRequest(1, "tools/call", { name: "single", arguments: {} }), leave.signal);
    await eventually(() => expect(ran.length).toBe(1));
    leave.abort();
    await expect(left).rejects.toThrow();
    const next = eventually(async () => {
      const { result: made, error } = await make("single");
      return made ?? expect.fail(error?.message ?? "");
    });
    // It runs while the target still has the first.
    await eventually(() => expect(ran.length).toBe(2));
    open();
    await next;
  });
});

describe("the identities of one person", () => {
  it("are counted together", async () => {
    const other = await ground.token("other", ["engineers"]);
    await ground.reload((config) => (config.identities = [[`staff:erin ${people}`, "staff:other"]]));
    await make("rated");
    await make("rated", {}, other);
    expect((await make("rated")).error).toMatchObject({ data: { code: "rate_limited" } });
    expect((await make("rated", {}, other)).error).toMatchObject({ data: { code: "rate_limited" } });
  });
});

describe("calls per session", () => {
  it("are counted for each session of a legacy client", async () => {
    const one = await openSession(ground, erin, {});
    const params = { name: "few", arguments: {} };
    const of = async (session: typeof one, id: number) =>
      read(await session.post({ jsonrpc: "2.0", id, method: "tools/call", params }));
    expect([(await of(one, 1)).error, (await of(one, 2)).error]).toEqual([undefined, undefined]);
    expect((await of(one, 3)).error).toMatchObject({ code: -32053, data: { code: "session_used_up", most: 2 } });
    expect((await of(await openSession(ground, erin, {}), 1)).error).toBeUndefined();
  });
});

const progress = (n: number): JsonObject => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: { progressToken: "p", progress: n, message: "x".repeat(130) },
});

describe("an answer larger than its rule lets through", () => {
  it("is withheld after the call ran; the caller and the record are told so, with its size", async () => {
    content = { content: [{ type: "text", text: "y".repeat(2000) }] };
    const { error, result: none } = await make("small");
    expect(none).toBeUndefined();
    expect(error?.code).toBe(-32058);
    expect(error?.message).toMatch(
      /^The call ran, but its answer of 20\d\d bytes is larger than the 500 that rule “small”/,
    );
    expect(error?.data).toMatchObject({ code: "answer_too_large", rule: "small", mostBytes: 500 });
    expect(ran.length).toBe(1);
    const entry = recorded("call.response");
    expect(entry).toMatchObject({
      outcome: "ok",
      tooLarge: { rule: "small", mostBytes: 500, bytes: error?.data.bytes },
    });
    expect(JSON.stringify(entry)).not.toContain("yyyy");
  });

  it("is measured as it is masked", async () => {
    content = { content: [], structuredContent: { password: "z".repeat(2000) } };
    await ground.reload((config) => (config.masking = { fields: ["password"] }));
    expect((await make("small")).result).toMatchObject({ structuredContent: { password: "••••" } });
  });

  it("is measured with the messages before it, and those beyond the limit are not passed on", async () => {
    before = [progress(1), progress(2)];
    const within = await make("small");
    expect(within.messages.length).toBe(2);
    expect(within.error).toMatchObject({ code: -32058 });
    before = [progress(1), progress(2), progress(3), progress(4)];
    const beyond = await make("small");
    expect(beyond.messages.length).toBe(2);
    expect(beyond.error).toMatchObject({ code: -32058 });
    before = [progress(1)];
    expect((await make("small")).result).toBeDefined();
  });

  it("is measured where it is an error of the target's too", async () => {
    before = [{ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "e".repeat(1000) } }];
    const { error } = await make("small");
    expect(error).toMatchObject({ code: -32058 });
    expect(recorded("call.response")).toMatchObject({ outcome: "error", tooLarge: { rule: "small" } });
  });
});

describe("binary content in an answer", () => {
  it.each([
    ["picture", "allow", image],
    ["picture_drop", "allow", ""],
    ["picture", "drop", ""],
    ["picture_hash", "drop", expect.stringMatching(/^[\w+/]{43}=$/)],
  ])("of %s, where the configuration says %s", async (tool, binary, data) => {
    await ground.reload((config) => (config.masking = { binary }));
    content = { content: [{ type: "image", mimeType: "image/png", data: image }] };
    expect((await make(tool)).result?.content).toEqual([{ type: "image", mimeType: "image/png", data }]);
    const entry = recorded("call.response").response;
    expect(entry).toMatchObject({ result: { content: [{ data }] } });
  });

  it("of a held call is the same for who joined", async () => {
    await ground.reload((config) => (config.masking = { binary: "allow" }));
    content = { content: [{ type: "image", mimeType: "image/png", data: image }] };
    const both = await Promise.all([begin("slow_picture", "both"), begin("slow_picture", "both")]);
    await approver.approve(await pending("both"));
    const [one, other] = await Promise.all(both.map(read));
    expect(JSON.stringify(one?.result)).not.toContain(image);
    expect(other?.result).toEqual(one?.result);
    expect(ran.length).toBe(1);
  });
});

describe("a held call", () => {
  it("counts once when it is first held: who joins it costs nothing, another is refused and not shown to approvers", async () => {
    const first = make("slow_rated", { of: "first" });
    const approval = await pending("first");
    const asked = ground.target.seen.length;
    const { error } = await make("slow_rated", { of: "second" });
    expect(ground.target.seen.length).toBe(asked);
    const joined = await begin("slow_rated", "first");
    expect(error).toMatchObject({ code: -32053, data: { code: "rate_limited", rule: "held rate" } });
    expect(recorded("call.refused")).toMatchObject({ code: -32053, effect: "approve", rule: { name: "held rate" } });
    await approver.approve(approval);
    expect([(await first).result, (await read(joined)).result]).toEqual(
      [content, content].map((each) => expect.objectContaining(each)),
    );
    expect(ran).toEqual([{ of: "first" }]);
    ground.clock.aheadMs = 60_000;
    const second = make("slow_rated", { of: "second" });
    await approver.approve(await pending("second"));
    expect((await second).result).toBeDefined();
  });

  it("is refused where another came at the same time and took what was left, and the record says so", async () => {
    const both = ["x", "y"].map((of) => make("slow_rated", { of }));
    const { error } = await Promise.race(both);
    expect(error).toMatchObject({ code: -32053, data: { code: "rate_limited" } });
    expect(recorded("call.response")).toMatchObject({ outcome: "refused", response: { error: { code: -32053 } } });
    const of = recorded("approval.pending").payload as { readonly arguments: { readonly of: string } };
    await approver.approve(await pending(of.arguments.of));
    expect((await Promise.all(both)).filter((each) => each.result !== undefined).length).toBe(1);
    expect(ran).toEqual([of.arguments]);
  });

  it("that finds no place when it is approved stays approved, and its repeat runs it once", async () => {
    const open = shut();
    const first = make("slow_single", { of: "one" });
    const second = make("slow_single", { of: "two" });
    const approvals = [await pending("one"), await pending("two")] as const;
    await approver.approve(approvals[0]);
    await eventually(() => expect(ran.length).toBe(1));
    await approver.approve(approvals[1]);
    const { error } = await second;
    expect(error).toMatchObject({ code: -32053, data: { code: "too_many_at_once", approval: approvals[1].id } });
    expect(error?.message).toContain("stays approved: call again with the same arguments");
    open();
    expect((await first).result).toBeDefined();
    expect((await make("slow_single", { of: "two" })).result).toBeDefined();
    expect(ran).toEqual([{ of: "one" }, { of: "two" }]);
  });

  it("whose answer is too large has run: the approval says so", async () => {
    content = { content: [{ type: "text", text: "y".repeat(2000) }] };
    const called = make("slow_small", { of: "large" });
    const { id } = await pending("large");
    await approver.approve(await pending("large"));
    expect((await called).error).toMatchObject({ code: -32058 });
    const { body } = await call(ground.url, erin, `/v1/approvals/${id}`);
    expect(approvalView.parse((body as JsonObject).approval)).toMatchObject({
      state: "executed",
      outcome: { message: "The target answered, with more than the rule lets through." },
    });
  });

  it("is refused where as many of its principal's wait as may, joined ones and other principals aside", async () => {
    await ground.reload((config) => (config.approvals = { mostPending: 2 }));
    const leave = new AbortController();
    const hold = (of: string, token = erin): void =>
      void post(
        ground,
        token,
        modernRequest(of, "tools/call", { name: "slow_any", arguments: { of } }),
        leave.signal,
      ).catch(() => undefined);
    hold("a");
    hold("b");
    await pending("a");
    await pending("b");
    expect((await make("slow_any", { of: "c" })).error).toMatchObject({
      code: -32053,
      message:
        "You have 2 requests that wait for a decision, and no more may. Nothing was run. Wait for a decision, or withdraw one.",
      data: { code: "too_many_pending", most: 2 },
    });
    const joined = await begin("slow_any", "a");
    hold("d", await ground.token("another", ["engineers"]));
    await pending("d");
    await approver.approve(await pending("a"));
    expect((await read(joined)).result).toBeDefined();
    hold("c");
    await pending("c");
    leave.abort();
  });
});
