import { describe, expect, it } from "vitest";
import { configSchema, type RuleConfig } from "../../../src/gateway/config-schema.ts";
import type { Subject } from "../../../src/gateway/policy/policy.ts";
import { createPolicy } from "../../../src/gateway/policy/rules.ts";
import { caller, subject } from "./subjects.ts";

const ruleSchema = configSchema.shape.rules.element;
const rules = (...list: readonly object[]): RuleConfig[] => list.map((rule) => ruleSchema.parse(rule));

const tool = (name: string, connection = "files", groups: string[] = []): Subject =>
  subject({ connection, name, groups });

const demo = createPolicy(
  rules(
    { name: "no deletes", tools: ["delete_*"], effect: "deny", why: "Nothing is deleted here." },
    { name: "no secrets", resources: ["file:///secret/*"], effect: "deny" },
    {
      name: "writes",
      tools: ["write_*", "edit_?"],
      effect: "approve",
      approvers: ["leads"],
      risk: "high",
      expires: "5m",
    },
    { name: "contractors", connections: ["customers"], groups: ["contract-*"], effect: "deny" },
    { name: "reads", tools: ["read_*", "get_*"], effect: "allow", readOnly: true },
    { name: "engineers", connections: ["f*"], groups: ["eng"], effect: "allow" },
    { name: "prompts", connections: ["customers"], prompts: ["*"], effect: "allow" },
  ),
);

describe("the policy", () => {
  it.each<[string, Subject, Effect["effect"], string | null]>([
    ["the first match, a deny", tool("delete_file", "files", ["eng"]), "deny", "no deletes"],
    ["a hold", tool("write_file", "files", ["eng"]), "approve", "writes"],
    ["a hold by one character", tool("edit_1"), "approve", "writes"],
    ["nothing for two characters", tool("edit_12"), "deny", null],
    ["an allow", tool("read_file"), "allow", "reads"],
    ["a deny by group before the allow", tool("get_customer", "customers", ["contract-a"]), "deny", "contractors"],
    ["an allow by group", tool("anything", "files", ["eng"]), "allow", "engineers"],
    ["nothing for another group", tool("anything", "files", ["engine"]), "deny", null],
    ["nothing for no groups", tool("anything"), "deny", null],
    ["nothing for another connection", tool("anything", "memory", ["eng"]), "deny", null],
    ["names as written, not in another case", tool("READ_FILE"), "deny", null],
    ["a resource, which tool globs never match", { ...tool("read_x"), kind: "resource" }, "deny", null],
    [
      "a resource by its URI",
      { ...tool("file:///secret/a/b", "files", ["eng"]), kind: "resource" },
      "deny",
      "no secrets",
    ],
    ["a prompt", { ...tool("greet", "customers"), kind: "prompt" }, "allow", "prompts"],
  ])("decides %s", (_what, subject, effect, name) => {
    const decided = demo.decide(subject);
    expect([decided.effect, decided.rule?.name ?? null]).toEqual([effect, name]);
    expect(demo.mayUse(subject)).toBe(effect !== "deny");
  });

  it("denies everything where there are no rules, and says that none allows it", () => {
    const empty = createPolicy([]);
    expect(empty.decide(tool("x"))).toEqual({ effect: "deny", rule: null, why: "No rule allows this call." });
    expect(empty.mayReach(caller("eng"), "files")).toBe(false);
  });

  it("gives a denied call the rule's own words, none where it has none", () => {
    expect(demo.decide(tool("delete_x"))).toMatchObject({ why: "Nothing is deleted here." });
    expect(demo.decide(tool("x", "customers", ["contract-1"]))).toMatchObject({
      why: "",
    });
  });

  it("gives a held call risk, approvers and expiry of its rule", () => {
    expect(demo.decide(tool("write_file"))).toMatchObject({
      risk: "high",
      steps: [{ approvers: ["leads"], need: "any" }],
      expiresMs: 300_000,
    });
  });

  it("tells which connections a principal could use at all", () => {
    expect(demo.mayReach(caller(), "memory")).toBe(true);
    expect(demo.mayReach(caller("contract-1"), "files")).toBe(true);
    const shut = createPolicy(
      rules(
        { name: "outsiders", groups: ["out"], effect: "deny" },
        { name: "some", connections: ["a"], tools: ["x"], effect: "deny" },
        { name: "a", connections: ["a"], groups: ["in", "out"], effect: "approve", approvers: ["leads"] },
      ),
    );
    expect(shut.mayReach(caller("in"), "a")).toBe(true);
    expect(shut.mayReach(caller("in"), "b")).toBe(false);
    expect(shut.mayReach(caller("in", "out"), "a")).toBe(false);
    expect(shut.mayReach(caller(), "a")).toBe(false);
  });
});

const versionOf = (rule: object): string => createPolicy(rules(rule)).decide(tool("a")).rule?.version ?? "";

describe("versions", () => {
  const one = { name: "one", tools: ["a"], effect: "allow" } as const;

  it("are sixteen characters and stay the same for the same rule", () => {
    expect(versionOf(one)).toMatch(/^[\w-]{16}$/);
    expect(versionOf({ ...one, connections: ["*"] })).toBe(versionOf(one));
  });

  it("change with the rule's text", () => {
    const all = [one, { ...one, tools: ["a", "b"] }, { ...one, why: "because" }, { ...one, readOnly: true }].map(
      versionOf,
    );
    expect(new Set(all).size).toBe(all.length);
  });

  it("of the whole policy change with the order of its rules", () => {
    const two = { ...one, name: "two" };
    expect(createPolicy(rules(one, two)).version).not.toBe(createPolicy(rules(two, one)).version);
  });
});

type Effect = ReturnType<typeof demo.decide>;
