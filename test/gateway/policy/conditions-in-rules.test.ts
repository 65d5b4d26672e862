import { describe, expect, it } from "vitest";
import { configSchema } from "../../../src/gateway/config-schema.ts";
import { createPolicy } from "../../../src/gateway/policy/rules.ts";
import type { Policy } from "../../../src/gateway/policy/policy.ts";
import { caller, subject } from "./subjects.ts";

const ruleSchema = configSchema.shape.rules.element;
const policyOf = (...rules: readonly object[]): Policy => createPolicy(rules.map((rule) => ruleSchema.parse(rule)));

describe("rules with conditions", () => {
  const policy = policyOf(
    { name: "no secrets", tools: ["read_*"], when: 'arguments.path.startsWith("/secret")', effect: "deny" },
    { name: "big", tools: ["pay"], when: "arguments.amount > 100", effect: "approve", approvers: ["leads"] },
    { name: "small", tools: ["pay"], when: "arguments.amount > 0", effect: "allow" },
    { name: "reads", tools: ["read_*"], effect: "allow" },
  );

  it.each<[string, object, string, string | null]>([
    ["read_file", { path: "/secret/a" }, "deny", "no secrets"],
    ["read_file", { path: "/a" }, "allow", "reads"],
    ["read_file", {}, "deny", "no secrets"],
    ["read_file", { path: 7 }, "deny", "no secrets"],
    ["pay", { amount: 101 }, "approve", "big"],
    ["pay", { amount: 100 }, "allow", "small"],
    ["pay", { amount: 0 }, "deny", null],
    ["pay", { amount: "a lot" }, "deny", "big"],
    ["pay", {}, "deny", "big"],
  ])("%s of %j is %s by %s", (name, args, effect, rule) => {
    const decided = policy.decide(subject({ name, arguments: args as never }));
    expect([decided.effect, decided.rule?.name ?? null]).toEqual([effect, rule]);
  });

  it("say that a condition failed, and refuse whatever the rule's effect", () => {
    expect(policy.decide(subject({ name: "pay", arguments: {} }))).toMatchObject({
      effect: "deny",
      why: "Its condition can't be evaluated on this call: No such key: amount.",
    });
  });

  it("let a rule before the failing one decide", () => {
    const first = policyOf(
      { name: "named", tools: ["pay"], groups: ["cfo"], effect: "allow" },
      { name: "broken", when: "arguments.x > 1", effect: "allow" },
    );
    expect(first.decide(subject({ name: "pay", groups: ["cfo"] }))).toMatchObject({ effect: "allow" });
    expect(first.decide(subject({ name: "pay" }))).toMatchObject({ effect: "deny" });
  });

  it("list what some rule could let through, without trying conditions", () => {
    const listed = ["read_file", "pay", "delete"].filter((name) => policy.mayUse(subject({ name })));
    expect(listed).toEqual(["read_file", "pay"]);
    const denied = policyOf({ name: "sometimes", when: "name == 'x'", effect: "deny" }, { name: "a", effect: "allow" });
    expect(denied.mayUse({ principal: caller(), connection: "files", kind: "tool", name: "x" })).toBe(true);
    expect(denied.mayReach(caller(), "files")).toBe(true);
  });

  it("keep the versions of rules that have none, and change with the condition", () => {
    const one = policyOf({ name: "r", effect: "allow", when: "true" }).versionOf("r");
    const two = policyOf({ name: "r", effect: "allow", when: "false" }).versionOf("r");
    expect(one).not.toBe(two);
  });
});

describe("what a target may ask of a client", () => {
  const policy = policyOf(
    { name: "quiet", connections: ["files"], groups: ["contractors"], requests: [], tools: ["x"], effect: "allow" },
    { name: "reads", tools: ["read_*"], effect: "allow" },
    {
      name: "asks",
      connections: ["files"],
      groups: ["contractors", "eng"],
      requests: ["sampling", "roots"],
      effect: "allow",
    },
    { name: "no", connections: ["crm"], effect: "deny" },
  );
  it.each([
    ["eng", "files", "sampling", true],
    ["eng", "files", "roots", true],
    ["eng", "files", "elicitation", false],
    ["contractors", "files", "sampling", false],
    ["others", "files", "sampling", false],
    ["eng", "crm", "sampling", false],
  ] as const)("%s on %s: %s is %s", (group, connection, kind, may) => {
    expect(policy.mayAsk(caller(group), connection, kind)).toBe(may);
  });

  it("is no part of a rule that denies or has a condition", () => {
    for (const rule of [{ effect: "deny" }, { effect: "allow", when: "true" }])
      expect(ruleSchema.safeParse({ name: "r", requests: ["roots"], ...rule }).success).toBe(false);
  });
});

describe("the index over rules", () => {
  it("finds the rule that trying all in order would find", () => {
    const globs = ["a", "b", "a*", "b*", "ab*", "*b", "?", "a?", "*", "**", "a**", "*a*", ""].filter(
      (glob) => glob !== "",
    );
    const names = ["a", "b", "ab", "ba", "aab", "abb", "c", "bc"];
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 200; round += 1) {
      const rules = Array.from({ length: 12 }, (_, index) => {
        const tools = Array.from({ length: 1 + random(2) }, () => globs[random(globs.length)] ?? "*");
        return ruleSchema.parse({
          name: `r${index}`,
          connections: [["f*", "files", "x"][random(3)]],
          ...(random(6) === 0 ? {} : { tools }),
          ...(random(3) === 0 ? { groups: ["g"] } : {}),
          effect: random(2) === 0 ? "allow" : "deny",
        });
      });
      const policy = createPolicy(rules);
      for (const name of names) {
        const asked = subject({ name, groups: random(2) === 0 ? ["g"] : [] });
        const alone = rules.find((rule) => createPolicy([rule]).decide(asked).rule !== null);
        expect(policy.decide(asked).rule?.name).toBe(alone?.name);
      }
    }
  });
});
