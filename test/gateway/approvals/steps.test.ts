import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { decisionPayload, type DecisionPayload } from "../../../src/shared/approval.ts";
import { feedFrame } from "../../../src/shared/feed.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openStage, type Person, type Stage } from "./steps-ground.ts";

const rule = (name: string, steps: JsonObject[]): JsonObject => ({ name, tools: [name], effect: "approve", steps });
const rules = [
  rule("one", [{ approvers: ["security", "finance"], need: "any" }]),
  rule("two", [{ approvers: ["security", "finance"], need: 2 }]),
  rule("each", [{ approvers: ["security", "finance"], need: "all" }]),
  rule("ordered", [
    { approvers: ["security"], need: "any" },
    { approvers: ["finance"], need: "any" },
  ]),
  rule("four", [
    { approvers: ["security"], need: 2 },
    { approvers: ["security", "finance"], need: "all" },
  ]),
  { name: "short", tools: ["short"], effect: "approve", approvers: ["security"] },
];

let stage: Stage;
let calls = 0;
beforeAll(async () => {
  stage = await openStage(rules);
});
afterAll(() => stage.ground.close());

const text = (): string => `call ${(calls += 1)}`;

/** Who does what, and the approval's state after it, or why it was refused. */
type Deed = readonly [Person, Partial<DecisionPayload>, string];
const yes = (person: Person, then: string): Deed => [person, {}, then];
const no = (person: Person, then: string): Deed => [person, { verdict: "deny" }, then];

describe("the steps of a rule", () => {
  it.each<[string, string, readonly Deed[]]>([
    ["the short form is one step for any member", "short", [yes("avery", "executed")]],
    ["any is one member of any group", "one", [yes("zoe", "not_found"), yes("fay", "executed")]],
    ["a number is so many people", "two", [yes("avery", "pending"), yes("sam", "executed")]],
    ["one person counts once", "two", [yes("bo", "pending"), yes("bo", "already_decided"), yes("sam", "executed")]],
    ["all is one of each group", "each", [yes("avery", "pending"), yes("sam", "not_approver"), yes("fay", "executed")]],
    ["all is different people", "each", [yes("bo", "pending"), yes("bo", "already_decided"), yes("fay", "executed")]],
    ["a member of both stands for whichever group is missing", "each", [yes("bo", "pending"), yes("sam", "executed")]],
    [
      "a later step isn't open yet: there is no request for its members",
      "ordered",
      [yes("fay", "not_found"), no("fay", "not_found"), yes("avery", "pending"), yes("fay", "executed")],
    ],
    [
      "an earlier step is over",
      "ordered",
      [yes("avery", "pending"), yes("sam", "not_approver"), no("sam", "not_approver"), no("fay", "denied")],
    ],
    [
      "a person counts once across steps",
      "ordered",
      [yes("bo", "pending"), yes("bo", "already_decided"), yes("fay", "executed")],
    ],
    [
      "whoever approved can't deny any more",
      "ordered",
      [yes("bo", "pending"), no("bo", "already_decided"), no("fay", "denied")],
    ],
    ["one denial ends it", "two", [yes("avery", "pending"), no("fay", "denied"), yes("sam", "already_decided")]],
    ["one whose group is done already may still deny", "each", [yes("avery", "pending"), no("sam", "denied")]],
    [
      "the requester never counts",
      "two",
      [yes("erin", "self_approval"), no("erin", "self_approval"), no("sam", "denied")],
    ],
    [
      "steps of several people",
      "four",
      [
        yes("avery", "pending"),
        yes("fay", "not_found"),
        yes("sam", "pending"),
        yes("bo", "pending"),
        yes("finn", "executed"),
      ],
    ],
    [
      "a decision names its step",
      "ordered",
      [
        ["avery", { step: 2 }, "digest_mismatch"],
        yes("avery", "pending"),
        ["fay", { step: 1 }, "digest_mismatch"],
        yes("fay", "executed"),
      ],
    ],
  ])("%s: %s", async (_name, tool, deeds) => {
    const said = text();
    const { answer, approval } = await stage.hold(tool, said);
    for (const [person, change, then] of deeds) {
      const came = await stage.decide(person, approval, change);
      // The call runs by itself once it is approved: what is answered may already say so.
      expect(came === "approved" ? "executed" : came).toBe(then);
      if (then === "executed") break;
      expect(stage.ran).not.toContain(said);
    }
    const isRun = deeds.at(-1)?.[2] === "executed";
    expect(await answer).toContain(isRun ? "done" : "Nothing was run");
    expect(stage.ran.filter((each) => each === said)).toHaveLength(isRun ? 1 : 0);
  });

  it("a decision without a step is for an approval of one step alone", async () => {
    const one = await stage.hold("two", text());
    expect(await stage.decide("avery", one.approval, { step: undefined })).toBe("pending");
    await stage.decide("sam", one.approval, { verdict: "deny" });
    const two = await stage.hold("ordered", text());
    expect(await stage.decide("avery", two.approval, { step: undefined })).toBe("digest_mismatch");
    await stage.decide("sam", two.approval, { verdict: "deny" });
    await Promise.all([one.answer, two.answer]);
  });

  it("two approvers at once count both, and a third comes too late", async () => {
    const said = text();
    const { answer, approval } = await stage.hold("two", said);
    const came = await Promise.all((["avery", "sam", "fay"] as const).map((each) => stage.decide(each, approval)));
    const settled = came.map((each) => (["approved", "claimed", "executed"].includes(each) ? "approved" : each));
    expect(settled.toSorted()).toEqual(["already_decided", "approved", "pending"]);
    await answer;
    expect(stage.ran.filter((each) => each === said)).toHaveLength(1);
  });

  it("each decision is its own entry with its signature, and reuse counts from the last", async () => {
    const { answer, approval } = await stage.hold("ordered", text());
    await stage.decide("avery", approval, { reason: "Looked at." });
    stage.ground.clock.aheadMs += 60_000;
    await stage.decide("fay", approval);
    await answer;
    const entries = stage.ground.ledger().filter(({ body }) => body.includes(approval.id));
    const decided = entries.filter(({ body }) => body.includes('"decision":"'));
    expect(decided.map(({ kind }) => kind)).toEqual(["decision.recorded", "approval.approved"]);
    const bodies = decided.map(({ body }) => JSON.parse(body) as { decision: string; by: string; step: number });
    expect(bodies.map(({ by, step }) => [by, step])).toEqual([
      ["staff:avery", 1],
      ["staff:fay", 2],
    ]);
    const signed = bodies.map(({ decision }) =>
      decisionPayload.parse(JSON.parse(Buffer.from(decision.split(".")[1] ?? "", "base64url").toString())),
    );
    expect(signed.map(({ step, reason }) => [step, reason])).toEqual([
      [1, "Looked at."],
      [2, expect.stringContaining("word")],
    ]);
    const ended = await stage.seenBy("erin", approval.id);
    expect(ended?.reuseUntilMs).toBe((ended?.decision?.atMs ?? 0) + 600_000);
    expect(ended?.decision?.by.id).toBe("staff:fay");
  });

  it("counts one person's identities once, joined before or after", async () => {
    await stage.ground.reload((config) => (config.identities = [["staff:avery", "staff:sam"]]));
    const { answer, approval } = await stage.hold("two", text());
    expect(await stage.decide("avery", approval)).toBe("pending");
    expect(await stage.decide("sam", approval)).toBe("already_decided");
    await stage.ground.reload((config) => (config.identities = [["staff:bo", "staff:avery"]]));
    expect(await stage.decide("bo", approval)).toBe("already_decided");
    await stage.ground.reload((config) => (config.identities = []));
    expect(await stage.decide("fay", approval, { verdict: "deny" })).toBe("denied");
    await answer;
  });
});

describe("what a reader sees", () => {
  it("is who has approved, how many are missing, and whether they may decide now", async () => {
    const { answer, approval } = await stage.hold("four", text());
    const standings = async () => {
      const seen = await Promise.all(
        (["erin", "avery", "sam", "fay", "zoe"] as const).map((each) => stage.seenBy(each, approval.id)),
      );
      return seen.map((view) => (view === null ? null : view.standing));
    };
    expect(await standings()).toEqual(["none", "decide", "decide", null, null]);
    await stage.decide("avery", approval);
    expect(await standings()).toEqual(["none", "decided", "decide", null, null]);
    const first = await stage.seenBy("sam", approval.id);
    expect(first?.steps.map(({ approvals, missing }) => [approvals.map(({ by }) => by.name), missing])).toEqual([
      [["avery"], 1],
      [[], 2],
    ]);
    await stage.decide("sam", approval);
    expect(await standings()).toEqual(["none", "decided", "decided", "decide", null]);
    await stage.decide("bo", approval);
    expect(await standings()).toEqual(["none", "decided", "decided", "decide", null]);
    await stage.decide("fay", approval, { verdict: "deny" });
    expect(await standings()).toEqual(["none", "none", "none", "none", null]);
    await answer;
  });

  it("is pushed to the members of a step when it opens, and not before", async () => {
    const url = stage.ground.url.replace("http", "ws");
    const authorization = `Bearer ${await stage.token("fay")}`;
    const socket = new WebSocket(`${url}/v1/approvals/stream`, { headers: { authorization } });
    const pushed: string[] = [];
    socket.on("message", (data: Buffer) => {
      const frame = feedFrame.parse(JSON.parse(data.toString("utf8")));
      if (frame.type === "approval") pushed.push(`${frame.approval.id} ${frame.approval.standing}`);
    });
    await once(socket, "open");
    const { answer, approval } = await stage.hold("ordered", text());
    await stage.decide("avery", approval);
    await stage.decide("fay", approval, { verdict: "deny" });
    await answer;
    socket.close();
    await once(socket, "close");
    expect(pushed).toEqual([`${approval.id} decide`, `${approval.id} none`]);
  });
});
