import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ApprovalView, DecisionPayload } from "../../../src/shared/approval.ts";
import { openStage, type Person, type Stage } from "./steps-ground.ts";

let stage: Stage;
let calls = 0;
beforeAll(async () => {
  const critical = { effect: "approve", risk: "critical" };
  stage = await openStage([
    { name: "one", tools: ["one"], ...critical, approvers: ["security"] },
    { name: "two", tools: ["two"], ...critical, steps: [{ approvers: ["security"], need: 2 }] },
    { name: "high", tools: ["high"], effect: "approve", risk: "high", approvers: ["security"] },
  ]);
});
afterAll(() => stage.ground.close());

const hold = (tool: string) => stage.hold(tool, `call ${(calls += 1)}`);
const numberOf = async ({ id }: ApprovalView) => (await stage.seenBy("erin", id))?.matching?.number ?? "";
/** Another number than this one, and than the `not` others. */
const other = (number: string, by = 1) => String(10 + ((Number(number) - 10 + by) % 90));
const ended = (state: string) => (["approved", "claimed", "executed"].includes(state) ? "executed" : state);

describe("an approval of critical risk", () => {
  it.each<[string, string, (number: string) => Partial<DecisionPayload>, string]>([
    ["takes the requester's number", "one", (number) => ({ number }), "executed"],
    ["needs one", "one", () => ({}), "number_required"],
    ["refuses another", "one", (number) => ({ number: other(number) }), "wrong_number"],
    ["is denied without one", "one", () => ({ verdict: "deny" }), "denied"],
    ["has none in a denial", "one", (number) => ({ verdict: "deny", number }), "digest_mismatch"],
    ["takes no text for one", "one", () => ({ number: "007" }), "bad_signature"],
    [
      "is not approved from a terminal, whatever it names",
      "one",
      (number) => ({ number, presence: "cli" }),
      "presence_too_weak",
    ],
    ["has none where the risk is lower", "high", () => ({ number: "42" }), "digest_mismatch"],
  ])("%s", async (_name, tool, change, then) => {
    const { answer, approval } = await hold(tool);
    const came = await stage.decide("avery", approval, change(await numberOf(approval)));
    expect(ended(came)).toBe(then);
    if (then !== "executed" && then !== "denied") {
      expect((await stage.seenBy("avery", approval.id))?.state).toBe("pending");
      await stage.decide("avery", approval, { verdict: "deny" });
    }
    await answer;
  });

  it("shows its number to its requester alone, and in no answer to the client", async () => {
    const { answer, approval } = await hold("one");
    const number = await numberOf(approval);
    expect(number).toMatch(/^[1-9]\d$/);
    for (const person of ["avery", "sam"] satisfies Person[])
      expect((await stage.seenBy(person, approval.id))?.matching).toEqual({ number: null, wrong: 0, most: 3 });
    expect(ended(await stage.decide("avery", approval, { number }))).toBe("executed");
    expect((await stage.seenBy("erin", approval.id))?.matching?.number).toBeNull();
    expect(await answer).not.toMatch(new RegExp(`\\b${number}\\b.*number|number.*\\b${number}\\b`));
  });

  it("is denied with the third wrong number, whoever named them, and nothing is run", async () => {
    const { answer, approval } = await hold("one");
    const number = await numberOf(approval);
    expect(await stage.decide("avery", approval, { number: other(number, 1) })).toBe("wrong_number");
    expect(await stage.decide("sam", approval, { number: other(number, 2) })).toBe("wrong_number");
    expect((await stage.seenBy("erin", approval.id))?.matching).toEqual({ number, wrong: 2, most: 3 });
    expect(await stage.decide("avery", approval, { number: other(number, 3) })).toBe("wrong_number");
    expect(await stage.decide("avery", approval, { number })).toBe("already_decided");
    expect(await stage.seenBy("avery", approval.id)).toMatchObject({ state: "denied", decision: null });
    expect(await answer).toContain("Denied: 3 wrong numbers were named for this critical call. Nothing was run.");
    const last = stage.ground.ledger().filter(({ body }) => body.includes(approval.id));
    expect(last.filter(({ kind }) => kind === "decision.refused")).toHaveLength(4);
    expect(last.find(({ kind }) => kind === "approval.denied")?.body).toContain("3 wrong numbers were named.");
  });

  it("counts the very same decision, sent again, once", async () => {
    const { answer, approval } = await hold("one");
    const iat = Math.floor(Date.now() / 1000);
    const same = { number: other(await numberOf(approval)), reason: "same", iat, exp: iat + 60 };
    for (let time = 0; time < 4; time += 1) expect(await stage.decide("avery", approval, same)).toBe("wrong_number");
    expect((await stage.seenBy("avery", approval.id))?.matching?.wrong).toBe(1);
    await stage.decide("avery", approval, { verdict: "deny" });
    await answer;
  });

  it("is denied before the right one is reached where all numbers come at once", async () => {
    const { answer, approval } = await hold("one");
    const number = await numberOf(approval);
    const guesses = Array.from({ length: 40 }, (_, by) => other(number, by + 1));
    const came = await Promise.all(
      [...guesses, number].map((guess) => stage.decide("avery", approval, { number: guess })),
    );
    expect(came.filter((each) => each === "wrong_number").length).toBeLessThanOrEqual(3);
    const state = ended((await stage.seenBy("avery", approval.id))?.state ?? "");
    expect(state).toBe(came.map(ended).includes("executed") ? "executed" : "denied");
    await answer;
  });

  it("asks each of several approvers for another number, and counts a spent one as no guess", async () => {
    const { answer, approval } = await hold("two");
    const first = await numberOf(approval);
    expect(await stage.decide("avery", approval, { number: first })).toBe("pending");
    const second = await numberOf(approval);
    // One of ninety pairs is equal by chance: then the first serves twice.
    if (second !== first) expect(await stage.decide("sam", approval, { number: first })).toBe("digest_mismatch");
    expect((await stage.seenBy("erin", approval.id))?.matching?.wrong).toBe(0);
    expect(ended(await stage.decide("sam", approval, { number: second }))).toBe("executed");
    await answer;
  });

  it("commits the ledger to the number beforehand without showing it, and to the one that was signed afterwards", async () => {
    const { answer, approval } = await hold("two");
    const first = await numberOf(approval);
    const entries = () =>
      stage.ground
        .ledger()
        .filter(({ kind, body }) => body.includes(approval.id) && /^(approval|decision)\./.test(kind))
        .map(({ body }) => entry.parse(JSON.parse(body)));
    const [pending] = entries();
    expect(JSON.stringify(pending)).not.toContain(`"${first}"`);
    expect(pending?.numberSeed).toBeUndefined();
    await stage.decide("avery", approval, { number: first });
    const second = await numberOf(approval);
    await stage.decide("sam", approval, { number: second });
    await answer;
    const [opened, recorded, approved] = entries();
    expect(proved(opened?.numberCommitment, recorded)).toBe(first);
    expect(proved(recorded?.numberCommitment, approved)).toBe(second);
    expect(approved?.numberCommitment).toBeUndefined();
  });
});

const entry = z.object({
  numberCommitment: z.string().optional(),
  numberSeed: z.string().optional(),
  decision: z.string().optional(),
});

/** The signed number, where it is the one that the commitment was made to; as docs/protocol.md says, from the ledger alone. */
function proved(commitment: string | undefined, decided: z.infer<typeof entry> | undefined): string | null {
  const { numberSeed: seed = "", decision = "" } = decided ?? {};
  const { number } = z
    .object({ number: z.string() })
    .parse(JSON.parse(Buffer.from(decision.split(".")[1] ?? "", "base64url").toString("utf8")));
  const derived = String(10 + (sha256(`number ${seed}`).readUInt32BE(0) % 90));
  return sha256(seed).toString("base64url") === commitment && derived === number ? number : null;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
