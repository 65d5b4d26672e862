import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enrolApprover, type Approver } from "../gateway/mcp/approver.ts";
import { openGround, type Ground } from "../gateway/mcp/ground.ts";
import { heldMeta, nextPending, stockV1, stockV2, tallyServer, type Tally } from "../gateway/mcp/hold-ground.ts";

const tally: Tally = { ran: [], gate: Promise.resolve() };
let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
let approver: Approver;

beforeAll(async () => {
  ground = await openGround(tallyServer(tally));
  // A client of this name is known to begin its time-out anew with each progress notification.
  await ground.reload((config) => (config.approvals = { budgets: { patient: "10m" } }));
  erin = await ground.token("erin", ["engineers"]);
  avery = await ground.token("avery", ["approvers"]);
  approver = await enrolApprover(ground, avery);
});
afterAll(() => ground.close());

/** Seconds that the decision takes. */
describe.concurrent.each([75, 180])("a hold of %i s in real time, with a stock client", (seconds) => {
  it("of SDK 1 that asks for no progress: it is told to call again, and the repeat has the answer", async () => {
    const text = `v1 quiet ${seconds}`;
    const decided = decideAfter(text, seconds);
    const client = await stockV1(ground.url, erin);
    await client.listTools();
    const answer = await repeated(() => client.callTool({ name: "slow_write", arguments: { text } }));
    expect(answer).toMatchObject({ structuredContent: { text } });
    await decided;
    expect(ran(text)).toBe(1);
    await client.close();
  });

  it("of SDK 1 that asks for progress but keeps its time-out: the same", async () => {
    const text = `v1 progress ${seconds}`;
    const decided = decideAfter(text, seconds);
    const client = await stockV1(ground.url, erin);
    const told: number[] = [];
    const onprogress = ({ progress }: { readonly progress: number }): void => void told.push(progress);
    const answer = await repeated(() =>
      client.callTool({ name: "slow_write", arguments: { text } }, undefined, { onprogress }),
    );
    expect(answer).toMatchObject({ structuredContent: { text } });
    await decided;
    expect(ran(text)).toBe(1);
    expect(told.length).toBeGreaterThan(seconds / 20);
    await client.close();
  });

  it("of SDK 1 that begins its time-out anew with progress: one call, held to its end", async () => {
    const text = `v1 patient ${seconds}`;
    const decided = decideAfter(text, seconds);
    const client = await stockV1(ground.url, erin, "Patient (via bridge 1.0)");
    const told: number[] = [];
    const answer = await client.callTool({ name: "slow_write", arguments: { text } }, undefined, {
      resetTimeoutOnProgress: true,
      onprogress: ({ progress }) => void told.push(progress),
    });
    expect(answer).toMatchObject({ structuredContent: { text } });
    await decided;
    expect(ran(text)).toBe(1);
    expect(told).toEqual(told.toSorted((one, two) => one - two));
    expect(told.length).toBeGreaterThanOrEqual(Math.floor(seconds / 15));
    await client.close();
  });

  it("of SDK 2 in the stateless era: one call, which its client carries from round to round", async () => {
    const text = `v2 ${seconds}`;
    const decided = decideAfter(text, seconds);
    const client = await stockV2(ground.url, erin);
    const answer = await client.callTool({ name: "slow_write", arguments: { text } });
    expect(answer).toMatchObject({ structuredContent: { text } });
    await decided;
    expect(ran(text)).toBe(1);
    await client.close();
  });
});

interface Answered {
  readonly isError?: unknown;
  readonly _meta?: unknown;
}

/** Calls again, as the pending answer says, until there is an answer of another kind. */
async function repeated<T extends Answered>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer.isError !== true || !heldMeta.safeParse(answer._meta).success) return answer;
  }
}

async function decideAfter(text: string, seconds: number): Promise<void> {
  const pending = await nextPending(ground, avery, text);
  await wait(seconds * 1000);
  expect((await approver.approve(pending)).status).toBe(200);
}

function ran(text: string): number {
  return tally.ran.filter((each) => each === text).length;
}
