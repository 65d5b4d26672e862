import { describe, expect, it } from "vitest";
import { createSending } from "../../src/client/sending.ts";
import { createState, firstState } from "../../src/client/state.ts";
import { CountersignError, type ErrorCode } from "../../src/shared/errors.ts";
import type { Profile } from "../../src/shared/provider.ts";

const origin = "http://127.0.0.1:1";
const profile: Profile = {
  v: 1,
  gateway: origin,
  ledgerKey: "key",
  audience: "countersign",
  provider: { kind: "oidc", issuer: origin, clientId: "c", scope: "openid" },
};

/** Sends a decision that runs out at 1000, at a gateway that answers each try with the next of these; the last one again and again. */
function bench(answers: readonly (ErrorCode | "recorded")[]) {
  const clock = { nowMs: 0 };
  const state = createState(firstState(profile, origin, 0));
  const sending = createSending({ state, now: () => clock.nowMs, restMs: () => 600_000 });
  let tries = 0;
  const post = async (): Promise<string> => {
    const answer = answers[Math.min(tries, answers.length - 1)];
    tries += 1;
    if (answer === undefined || answer === "recorded") return "recorded";
    throw new CountersignError(answer, answer);
  };
  const sent = sending.send({ approval: "a1", verdict: "approve", untilMs: 1000 }, post);
  // What is expected to fail is looked at later.
  sent.catch(() => undefined);
  return { clock, state, sending, sent, tries: () => tries };
}

/** The link comes back, which ends the wait before the next try. */
function comesBack({ state }: ReturnType<typeof bench>): void {
  const { gateway } = state.get();
  state.set({ gateway: { ...gateway, link: "offline" } });
  state.set({ gateway: { ...gateway, link: "online" } });
}

const failed = (sent: Promise<unknown>) =>
  sent.then(
    () => null,
    (error: unknown) => (error instanceof CountersignError ? error.code : error),
  );

describe("a decision on its way", () => {
  it("is in the state until the gateway has answered, with how often it has not", async () => {
    const one = bench(["gateway_unreachable", "transient", "issuer_unreachable", "recorded"]);
    expect(one.state.get().sending).toEqual([{ approval: "a1", verdict: "approve", unanswered: 0, untilMs: 1000 }]);
    for (const unanswered of [1, 2, 3]) {
      await expect.poll(() => one.state.get().sending[0]?.unanswered).toBe(unanswered);
      comesBack(one);
    }
    expect(await one.sent).toBe("recorded");
    expect(one.state.get().sending).toEqual([]);
    expect(one.tries()).toBe(4);
  });

  it.each<ErrorCode>(["already_decided", "digest_mismatch", "expired", "wrong_number", "store_failed", "signed_out"])(
    "is not sent again once it was answered with %s",
    async (code) => {
      const one = bench([code]);
      expect(await failed(one.sent)).toBe(code);
      expect(one.tries()).toBe(1);
      expect(one.state.get().sending).toEqual([]);
    },
  );

  it("ends as unanswered when its signature has run out", async () => {
    const one = bench(["gateway_unreachable"]);
    await expect.poll(() => one.state.get().sending[0]?.unanswered).toBe(1);
    one.clock.nowMs = 1000;
    comesBack(one);
    expect(await failed(one.sent)).toBe("decision_unanswered");
  });

  it("ends as unanswered, not as unsent, where the person signs out after it may have arrived", async () => {
    const one = bench(["gateway_unreachable", "signed_out"]);
    await expect.poll(() => one.state.get().sending[0]?.unanswered).toBe(1);
    comesBack(one);
    expect(await failed(one.sent)).toBe("decision_unanswered");
  });

  it("ends with its process", async () => {
    const one = bench(["gateway_unreachable"]);
    await expect.poll(() => one.state.get().sending[0]?.unanswered).toBe(1);
    one.sending.close();
    expect(await failed(one.sent)).toBe("decision_unanswered");
    expect(one.tries()).toBeLessThanOrEqual(2);
  });
});
