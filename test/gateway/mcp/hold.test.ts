import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover, type Approver } from "./approver.ts";
import { modernRequest, openGround, post, type Ground } from "./ground.ts";
import { heldMeta, nextPending, stockV1, stockV2, tallyServer, type Tally } from "./hold-ground.ts";
import { eventually, patienceMs } from "../../support/eventually.ts";

const tally: Tally = { ran: [], gate: Promise.resolve() };
let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
let approver: Approver;
let text: string;
let texts = 0;

beforeAll(async () => {
  ground = await openGround(tallyServer(tally));
  erin = await ground.token("erin", ["engineers"]);
  avery = await ground.token("avery", ["approvers"]);
  approver = await enrolApprover(ground, avery);
});
afterAll(() => ground.close());
beforeEach(async () => {
  tally.ran.length = 0;
  tally.gate = Promise.resolve();
  ground.clock.aheadMs = 0;
  text = `text ${(texts += 1)}`;
  await budgets({ budget: "20s" });
});

const budgets = (settings: JsonObject): Promise<void> =>
  ground.reload((config) => (config.approvals = { reuse: "10m", ...settings }));

const write = (requestState?: string, over: JsonObject = {}): ReturnType<typeof modernRequest> =>
  modernRequest(1, "tools/call", {
    name: "slow_write",
    arguments: { text },
    ...(requestState === undefined ? {} : { requestState }),
    ...over,
  });

/** The response at the end of an event stream or of a JSON answer. */
async function responseOf(answer: Response): Promise<JsonObject> {
  const body = await answer.text();
  const last = body.startsWith("{")
    ? body
    : (
        body
          .trim()
          .split("\n")
          .findLast((line) => line.startsWith("data: ")) ?? ""
      ).slice(6);
  return JSON.parse(last) as JsonObject;
}

const inputRequired = z.object({
  result: z.object({ resultType: z.literal("input_required"), requestState: z.string(), _meta: heldMeta }),
});

describe("a stock client of the session era", () => {
  it("is told in time to call again, in a form that its output schema allows, and the repeat runs once", async () => {
    await budgets({ budget: "150ms" });
    const client = await stockV1(ground.url, erin);
    await client.listTools(); // so that it checks answers against the output schema
    const asked = { name: "slow_write", arguments: { text } };
    const told = await client.callTool(asked);
    expect(told.isError).toBe(true);
    expect(JSON.stringify(told.content)).toContain("call again with the same arguments");
    const pending = await nextPending(ground, avery, text);
    expect(heldMeta.parse(told._meta)["countersign/approval"]).toMatchObject({ id: pending.id, state: "pending" });
    expect((await approver.approve(pending)).status).toBe(200);
    await budgets({ budget: "20s" });
    expect(await client.callTool(asked)).toMatchObject({ structuredContent: { text } });
    expect(tally.ran).toEqual([text]);
    await client.close();
  });

  it("that asked for progress is told at once who decides and until when", async () => {
    const client = await stockV1(ground.url, erin);
    const told = Promise.withResolvers<string | undefined>();
    const called = client.callTool({ name: "slow_write", arguments: { text } }, undefined, {
      onprogress: ({ message }) => told.resolve(message),
    });
    expect(await told.promise).toMatch(/^Waiting for approval by approvers: request apr_\S+, denied at \d{4}-/);
    await approver.approve(await nextPending(ground, avery, text));
    expect(await called).toMatchObject({ structuredContent: { text } });
    await client.close();
  });

  it("whose name begins as one that waits longer is held longer, whatever a bridge appends", async () => {
    await budgets({ budget: "50ms", budgets: { patient: "20s", "patient-not": "50ms" } });
    const client = await stockV1(ground.url, erin, "Patient (via bridge 1.2)");
    const called = client.callTool({ name: "slow_write", arguments: { text } });
    await approver.approve(await nextPending(ground, avery, text));
    expect(await called).toMatchObject({ structuredContent: { text } });
    await client.close();
  });

  it("that cancels, as stock clients do at their time-out, withdraws nothing: its repeat runs once it is approved", async () => {
    const client = await stockV1(ground.url, erin);
    const asked = { name: "slow_write", arguments: { text } };
    const timedOut = client.callTool(asked, undefined, { timeout: 1500 });
    await expect(timedOut).rejects.toThrow("timed out");
    await approver.approve(await nextPending(ground, avery, text));
    expect(tally.ran).toEqual([]);
    expect(await client.callTool(asked)).toMatchObject({ structuredContent: { text } });
    expect(tally.ran).toEqual([text]);
    await client.close();
  });
});

describe("a stock client of the stateless era", () => {
  it("comes back round after round by itself, and has its answer from one call", async () => {
    // Ten rounds are all that the client bears: the decision has eight of them to come in.
    await budgets({ budget: "1s" });
    const client = await stockV2(ground.url, erin);
    const called = client.callTool({ name: "slow_write", arguments: { text } });
    const pending = await nextPending(ground, avery, text);
    await eventually(() => expect(rounds(pending.id)).toBeGreaterThan(1));
    await approver.approve(pending);
    expect(await called).toMatchObject({ structuredContent: { text } });
    expect(tally.ran).toEqual([text]);
    await client.close();
  });

  it("is told to call again after ten rounds, never one more than it bears", async () => {
    await budgets({ budget: "10ms" });
    const client = await stockV2(ground.url, erin);
    const told = await client.callTool({ name: "slow_write", arguments: { text } });
    expect(told.isError).toBe(true);
    const { id } = heldMeta.parse(told._meta)["countersign/approval"];
    expect(rounds(id)).toBe(10);
    expect(tally.ran).toEqual([]);
    await client.close();
  });
});

describe("a request state", () => {
  it("goes on with its own approval, even where that was denied between two rounds, and reaches no target", async () => {
    await budgets({ budget: "50ms" });
    const first = inputRequired.parse(await responseOf(await post(ground, erin, write()))).result;
    const { id } = first._meta["countersign/approval"];
    await withdraw(id, erin);
    const told = await responseOf(await post(ground, erin, write(first.requestState)));
    expect(told.error).toMatchObject({ data: { approval: id, code: "withdrawn" } });
    expect(ground.target.seen.some(({ body }) => body.includes("requestState"))).toBe(false);
  });

  it("of a call that today's rules allow goes to no target either", async () => {
    await budgets({ budget: "50ms" });
    const given = await state();
    const held = { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] };
    await ground.reload((config) => (config.rules = [{ name: "open", tools: ["slow_*"], effect: "allow" }]));
    try {
      expect((await responseOf(await post(ground, erin, write(given)))).result).toMatchObject({
        structuredContent: { text },
      });
      expect(ground.target.seen.some(({ body }) => body.includes("requestState"))).toBe(false);
    } finally {
      await ground.reload((config) => (config.rules = [held]));
    }
  });

  it.each<[string, () => Promise<Response>]>([
    ["for other arguments", async () => post(ground, erin, write(await state(), { arguments: { text: "other" } }))],
    ["of another principal", async () => post(ground, await ground.token("eve", ["engineers"]), write(await state()))],
    [
      "naming another approval",
      async () => post(ground, erin, write((await state()).replace(/apr_[\w-]{16}/, "apr_AAAAAAAAAAAAAAAA"))),
    ],
    ["counting other rounds", async () => post(ground, erin, write((await state()).replace(".1.", ".0.")))],
    ["that is no text", async () => post(ground, erin, write(undefined, { requestState: { a: 1 } }))],
    ["of somebody else's making", async () => post(ground, erin, write("v1.e30.AAAA"))],
    [
      "with a member that no approver would see",
      async () => post(ground, erin, write(await state(), { inputResponses: { a: {} } })),
    ],
  ])("%s is refused and nothing is held or run", async (_name, ask) => {
    await budgets({ budget: "50ms" });
    expect((await responseOf(await ask())).error).toMatchObject({ code: -32602 });
    expect(tally.ran).toEqual([]);
  });
});

describe("an answer that nobody got", () => {
  it("is given to the identical call instead of running it again, and once given is not given again", async () => {
    const [leave, held] = await running();
    leave.abort();
    await expect(held).rejects.toThrow();
    tally.gate = Promise.resolve();
    opened.resolve();
    await eventually(() => expect(stateOf(approval)).toBe("executed"));
    expect((await responseOf(await post(ground, erin, write()))).result).toMatchObject({ structuredContent: { text } });
    expect(tally.ran).toEqual([text]);
    await budgets({ budget: "50ms" });
    const anew = inputRequired.parse(await responseOf(await post(ground, erin, write()))).result;
    expect(anew._meta["countersign/approval"].id).not.toBe(approval);
  });

  it("is not given to another principal, nor after `approvals.reuse`", async () => {
    const [leave, held] = await running();
    leave.abort();
    await expect(held).rejects.toThrow();
    opened.resolve();
    await eventually(() => expect(stateOf(approval)).toBe("executed"));
    await budgets({ budget: "50ms" });
    const eve = await ground.token("eve", ["engineers"]);
    inputRequired.parse(await responseOf(await post(ground, eve, write())));
    ground.clock.aheadMs = 11 * 60_000;
    inputRequired.parse(await responseOf(await post(ground, erin, write())));
  });

  it("may still be on its way: the identical call joins the one that runs", async () => {
    const [leave, held] = await running();
    leave.abort();
    await expect(held).rejects.toThrow();
    const again = post(ground, erin, write());
    opened.resolve();
    expect((await responseOf(await again)).result).toMatchObject({ structuredContent: { text } });
    expect(tally.ran).toEqual([text]);
  });

  let opened: PromiseWithResolvers<void>;
  let approval: string;

  /** An approved call that has reached the target and waits there. */
  async function running(): Promise<[AbortController, Promise<string>]> {
    opened = Promise.withResolvers();
    tally.gate = opened.promise;
    const leave = new AbortController();
    const held = post(ground, erin, write(), leave.signal).then((answer) => answer.text());
    held.catch(() => undefined);
    const pending = await nextPending(ground, avery, text);
    approval = pending.id;
    await approver.approve(pending);
    await eventually(() => expect(tally.ran).toEqual([text]));
    return [leave, held];
  }
});

describe("withdrawal", () => {
  it("ends a pending request at its requester's word, tells the waiting caller, and is recorded", async () => {
    const held = post(ground, erin, write());
    const { id } = await nextPending(ground, avery, text);
    expect(await withdraw(id, avery)).toBe(403);
    expect(await withdraw(id, await ground.token("eve", ["engineers"]))).toBe(404);
    expect(await withdraw(id, erin)).toBe(200);
    expect((await responseOf(await held)).error).toMatchObject({
      message: "Withdrawn by who asked. Nothing was run. Call again to ask again.",
      data: { approval: id, code: "withdrawn" },
    });
    expect(ground.ledger().some(({ kind, body }) => kind === "approval.withdrawn" && body.includes(id))).toBe(true);
    expect(await withdraw(id, erin)).toBe(200);
    expect(tally.ran).toEqual([]);
  });

  it("ends what was approved and has not run, and comes too late for what has", async () => {
    await budgets({ budget: "50ms" });
    await (await post(ground, erin, write())).text();
    const unused = await nextPending(ground, avery, text);
    await approver.approve(unused);
    expect(await withdraw(unused.id, erin)).toBe(200);
    expect(stateOf(unused.id)).toBe("lapsed");
    await budgets({ budget: "20s" });
    const held = post(ground, erin, write());
    const used = await nextPending(ground, avery, text);
    await approver.approve(used);
    await (await held).text();
    expect(await withdraw(used.id, erin)).toBe(409);
  });
});

describe("a call that ran, and whose outcome the store does not take", () => {
  it("is told to its caller as such, and recorded as unknown once the store takes anything again", async () => {
    const opened = Promise.withResolvers<void>();
    tally.gate = opened.promise;
    // It waits, so that its stream has begun by then.
    const answer = post(ground, erin, write()).then(responseOf);
    const pending = await nextPending(ground, avery, text);
    await approver.approve(pending);
    await eventually(() => expect(tally.ran).toEqual([text]));
    const other = new DatabaseSync(join(ground.data, "gateway.sqlite"), { timeout: patienceMs });
    other.exec("BEGIN IMMEDIATE");
    opened.resolve();
    expect(await answer).toMatchObject({
      id: 1,
      error: { code: -32055, message: expect.stringContaining("check whether it took effect") as string },
    });
    expect(stateOf(pending.id)).toBe("claimed");
    other.exec("ROLLBACK");
    other.close();
    await eventually(() => expect(stateOf(pending.id)).toBe("unknown"));
    const repeated = await responseOf(await post(ground, erin, write()));
    expect(repeated).toMatchObject({ error: { data: { code: "outcome_unknown", approval: pending.id } } });
    expect(tally.ran).toEqual([text]);
  });
});

async function withdraw(id: string, token: string): Promise<number> {
  return (await call(ground.url, token, `/v1/approvals/${id}/withdraw`, {})).status;
}

/** The approval's last recorded state. */
function stateOf(id: string): string | undefined {
  return ground
    .ledger()
    .filter(({ kind, body }) => kind.startsWith("approval.") && body.includes(id))
    .at(-1)
    ?.kind.slice("approval.".length);
}

/** How many requests were answered without a decision. */
function rounds(approval: string): number {
  return ground
    .ledger()
    .map(({ body }) => JSON.parse(body) as JsonObject)
    .filter((body) => body.approval === approval && body.outcome === "waits").length;
}

async function state(): Promise<string> {
  return inputRequired.parse(await responseOf(await post(ground, erin, write()))).result.requestState;
}
