import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../../src/gateway/config-schema.ts";
import { RuleLimits, type Counted, type Limits } from "../../../src/gateway/policy/limits.ts";
import { createPolicy } from "../../../src/gateway/policy/rules.ts";
import { subject } from "./subjects.ts";

const ruleSchema = configSchema.shape.rules.element;
const base = { name: "r", effect: "allow" } as const;

/** Limits, as a gateway.yaml's author writes them. */
function limitsOf(written: object): Limits {
  const { limits } = ruleSchema.parse({ ...base, limits: written });
  if (limits === undefined) throw new Error("no limits");
  return limits;
}

interface Setting {
  readonly limits?: Limits;
  readonly version?: string;
  readonly person?: string;
  readonly session?: object;
}

const conversation = {};
const call = ({ limits = {}, version = "v1", person = "erin", session = conversation }: Setting): Counted => ({
  rule: { name: "r", version },
  limits,
  person,
  session,
});

function counting(most?: number): { readonly limits: RuleLimits; readonly clock: { nowMs: number } } {
  const clock = { nowMs: 1_800_000_000_000 };
  return { limits: new RuleLimits(() => clock.nowMs, most), clock };
}

/** Charges one call after another: the codes of the limits they meet. */
const charged = (limits: RuleLimits, calls: readonly Counted[]): (string | null)[] =>
  calls.map((each) => limits.charge(each)?.code ?? null);

const three = limitsOf({ rate: { calls: 3, per: "1m" } });

describe("a rate", () => {
  it.each<[string, object, number, number[]]>([
    ["3 calls a minute", { calls: 3, per: "1m" }, 3, [20_000, 20_000]],
    ["1 call a second", { calls: 1, per: "1s" }, 1, [1000]],
    ["7 calls a second", { calls: 7, per: "1s" }, 7, [143, 143, 143]],
    ["60 calls a minute", { calls: 60, per: "1m" }, 60, [1000]],
    ["a thousand calls a second", { calls: 1000, per: "1s" }, 1000, [1]],
  ])(
    "of %s lets so many through at once, then one each time its share of the time is over",
    (_what, rate, n, waits) => {
      const { limits, clock } = counting();
      const one = call({ limits: limitsOf({ rate }) });
      expect(
        charged(
          limits,
          Array.from({ length: n }, () => one),
        ).every((code) => code === null),
      ).toBe(true);
      for (const wait of waits) {
        const refused = limits.charge(one);
        expect(refused).toMatchObject({ code: "rate_limited", most: n, retryAfterMs: wait });
        clock.nowMs += wait;
        expect(limits.charge(one)).toBe(null);
      }
    },
  );

  it("holds out no time that is too short, and what is refused costs nothing", () => {
    const { limits, clock } = counting();
    const one = call({ limits: three });
    charged(limits, [one, one, one]);
    for (let refused = 0; refused < 50; refused += 1) expect(limits.charge(one)).not.toBe(null);
    clock.nowMs += 19_999;
    expect(limits.charge(one)).toMatchObject({ retryAfterMs: 1 });
    clock.nowMs += 1;
    expect(limits.charge(one)).toBe(null);
  });

  it("never holds more than its calls, however long nothing happened", () => {
    const { limits, clock } = counting();
    const one = call({ limits: three });
    charged(limits, [one]);
    clock.nowMs += 3_600_000;
    expect(charged(limits, [one, one, one, one])).toEqual([null, null, null, "rate_limited"]);
  });

  it("lets no more through in any stretch of time than a full bucket and what flows in meanwhile", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 }),
        (calls, perMs, waits) => {
          const { limits, clock } = counting();
          const one = call({ limits: limitsOf({ rate: { calls, per: `${perMs}ms` } }) });
          const times = waits.flatMap((wait) => {
            clock.nowMs += wait;
            return limits.charge(one) === null ? [clock.nowMs] : [];
          });
          return times.every((from, first) =>
            times.every((to, last) => last < first || last - first + 1 <= calls + ((to - from) * calls) / perMs + 1e-6),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is neither filled nor stopped by a clock that is set back", () => {
    const { limits, clock } = counting();
    const one = call({ limits: three });
    charged(limits, [one, one, one]);
    clock.nowMs -= 3_600_000;
    expect(limits.charge(one)?.code).toBe("rate_limited");
    clock.nowMs += 20_000;
    expect(limits.charge(one)).toBe(null);
  });

  it.each<[string, Setting, string | null]>([
    ["the same principal under the same rule", {}, "rate_limited"],
    ["the same in another session", { session: {} }, "rate_limited"],
    ["another principal", { person: "avery" }, null],
    ["another rule, or the rule once it was changed", { version: "v2" }, null],
  ])("counts %s", (_what, other, code) => {
    const { limits } = counting();
    const one = call({ limits: three });
    charged(limits, [one, one, one]);
    expect(limits.charge(call({ limits: three, ...other }))?.code ?? null).toBe(code);
  });
});

describe("concurrency", () => {
  const two = limitsOf({ concurrency: 2 });

  it("gives so many places at once, and each again when it is left, once", () => {
    const { limits } = counting();
    const one = call({ limits: two });
    const first = limits.occupy(one);
    const second = limits.occupy(one);
    if (typeof first !== "function" || typeof second !== "function") throw new Error("no place");
    expect(limits.occupy(one)).toEqual({ code: "too_many_at_once", most: 2 });
    expect(typeof limits.occupy(call({ limits: two, person: "avery" }))).toBe("function");
    first();
    first();
    expect(typeof limits.occupy(one)).toBe("function");
    expect(limits.occupy(one)).toEqual({ code: "too_many_at_once", most: 2 });
  });

  it("is kept through a sweep while a call runs, and forgotten after", () => {
    const { limits } = counting();
    const one = call({ limits: limitsOf({ concurrency: 1 }) });
    const leave = limits.occupy(one);
    limits.sweep();
    expect(limits.occupy(one)).toMatchObject({ code: "too_many_at_once" });
    if (typeof leave === "function") leave();
    limits.sweep();
    expect(limits.size).toBe(0);
  });
});

describe("calls per session", () => {
  const five = limitsOf({ callsPerSession: 2 });

  it("are counted for each session and rule, and time doesn't help", () => {
    const { limits, clock } = counting();
    const one = call({ limits: five });
    expect(charged(limits, [one, one, one])).toEqual([null, null, "session_used_up"]);
    clock.nowMs += 86_400_000;
    limits.sweep();
    expect(limits.charge(one)).toEqual({ code: "session_used_up", most: 2 });
    expect(limits.charge(call({ limits: five, session: {} }))).toBe(null);
    expect(limits.charge(call({ limits: five, version: "v2" }))).toBe(null);
  });

  it("count no call that the rate refuses, and the rate none that the session refuses", () => {
    const { limits, clock } = counting();
    const both = call({ limits: limitsOf({ callsPerSession: 2, rate: { calls: 1, per: "1s" } }) });
    expect(charged(limits, [both, both, both])).toEqual([null, "rate_limited", "rate_limited"]);
    clock.nowMs += 1000;
    expect(charged(limits, [both, both])).toEqual([null, "session_used_up"]);
    clock.nowMs += 1000;
    expect(limits.charge(call({ ...both, session: {} }))).toBe(null);
  });
});

describe("what is counted", () => {
  it("is bounded: where there is no room the call is refused, until a full bucket is swept", () => {
    const { limits, clock } = counting(2);
    const of = (person: string): Counted => call({ limits: three, person });
    charged(limits, [of("a"), of("b")]);
    expect(limits.charge(of("c"))).toEqual({ code: "limits_full", retryAfterMs: 1000 });
    expect(limits.occupy(call({ limits: limitsOf({ concurrency: 1 }), person: "c" }))).toMatchObject({
      code: "limits_full",
    });
    expect(limits.charge(of("a"))).toBe(null);
    limits.sweep();
    expect(limits.size).toBe(2);
    clock.nowMs += 20_000;
    limits.sweep();
    expect(limits.size).toBe(1);
    expect(limits.charge(of("c"))).toBe(null);
  });
});

const policy = (rule: object) => createPolicy([ruleSchema.parse({ ...base, ...rule })]);

describe("the limits of a rule", () => {
  it.each<[string, object, string]>([
    ["go with no deny", { effect: "deny", limits: { concurrency: 1 } }, "limits go with effect allow or approve"],
    ["are not empty", { limits: {} }, "Name at least one limit"],
    ["are whole numbers above nothing", { limits: { concurrency: 0 } }, ">=1"],
    ["have a time", { limits: { rate: { calls: 1, per: "0s" } } }, "longer than nothing"],
    ["have no other settings", { limits: { burst: 2, concurrency: 1 } }, "Unrecognized key"],
    ["come with binary that goes with no deny", { effect: "deny", binary: "drop" }, "binary goes with effect"],
  ])("%s", (_what, rule, message) => {
    const result = ruleSchema.safeParse({ ...base, ...rule });
    expect(result.success ? "" : result.error.issues.map((issue) => issue.message).join("\n")).toContain(message);
  });

  it("come with its effect, and change its version", () => {
    const limited = { limits: { rate: { calls: 3, per: "60s" } }, binary: "drop" };
    expect(policy(limited).decide(subject())).toMatchObject({
      effect: "allow",
      limits: { rate: { calls: 3, per: 60_000 } },
      binary: "drop",
    });
    const held = { ...limited, effect: "approve", approvers: ["leads"] };
    expect(policy(held).decide(subject())).toMatchObject({ effect: "approve", binary: "drop" });
    expect(policy(limited).versionOf("r")).not.toBe(policy({}).versionOf("r"));
    expect(policy({}).decide(subject())).not.toHaveProperty("limits");
  });
});
