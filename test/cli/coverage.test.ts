import { describe, expect, it } from "vitest";
import { covers, globCovers, ruleWarnings } from "../../src/cli/coverage.ts";
import type { RuleConfig } from "../../src/gateway/config-schema.ts";

function rule(parts: Partial<RuleConfig> & { name: string }): RuleConfig {
  return {
    connections: ["*"],
    effect: "allow",
    readOnly: false,
    risk: "medium",
    approvers: [],
    expires: 600_000,
    why: "",
    ...parts,
  };
}

describe("a glob covers another", () => {
  it.each([
    ["*", "read_*"],
    ["read_*", "read_file"],
    ["read_*", "read_text_*"],
    ["*_file", "read_*_file"],
    ["a*c*e", "abcde"],
    ["**", "*"],
    ["read_file", "read_file"],
    ["get_?um", "get_sum"],
    ["?*", "?x*"],
  ])("%s covers %s", (wide, narrow) => expect(globCovers(wide, narrow)).toBe(true));

  it.each([
    ["read_*", "*"],
    ["read_*", "*_file"],
    ["read_file", "read_*"],
    ["a*c", "ab"],
    ["", "*"],
    ["?", "*"],
    ["x", "?"],
    ["read_*x", "read_*"],
  ])("%s does not cover %s", (wide, narrow) => expect(globCovers(wide, narrow)).toBe(false));
});

describe("a rule covers a later one", () => {
  it("only when its connections, its groups and every kind it names do", () => {
    const everything = rule({ name: "everything" });
    const reads = rule({ name: "reads", tools: ["read_*"], groups: ["engineers"] });
    expect(covers(everything, reads)).toBe(true);
    expect(covers(reads, everything)).toBe(false);
    expect(covers(reads, rule({ name: "x", tools: ["read_file"], groups: ["engineers"] }))).toBe(true);
    expect(covers(reads, rule({ name: "x", tools: ["read_file"], groups: ["engineers", "others"] }))).toBe(false);
    expect(covers(reads, rule({ name: "x", tools: ["read_file"] }))).toBe(false);
    expect(covers(reads, rule({ name: "x", resources: ["*"], groups: ["engineers"] }))).toBe(false);
    expect(covers(rule({ name: "x", connections: ["files"] }), reads)).toBe(false);
    const allKinds = rule({ name: "x", tools: ["*"], resources: ["*"], prompts: ["*"] });
    expect(covers(allKinds, everything)).toBe(true);
  });
});

const held = (name: string, parts: Partial<RuleConfig>): RuleConfig =>
  rule({ name, tools: [name], effect: "approve", ...parts });

describe("the warnings of a policy", () => {
  it("name rules that never match, repeat a name or reach for no connection", () => {
    const connections = [{ name: "files" }] as unknown as Parameters<typeof ruleWarnings>[0]["connections"];
    const rules = [
      rule({ name: "all", connections: ["files"] }),
      rule({ name: "shadowed", connections: ["files"], tools: ["read_*"] }),
      rule({ name: "all", connections: ["fils", "*"] }),
    ];
    expect(ruleWarnings({ connections, rules })).toEqual([
      [],
      ['can never match: rule "all" above it covers it'],
      ["has the name of a rule above it", 'matches no connection with "fils"'],
    ]);
  });

  it("say where steps need less, or more, than they seem to, and where a quick rule can't be", () => {
    const connections = [{ name: "files" }] as unknown as Parameters<typeof ruleWarnings>[0]["connections"];
    const rules = [
      held("good", {
        steps: [
          { approvers: ["a", "b"], need: "all" },
          { approvers: ["c"], need: "any" },
        ],
      }),
      held("one of one", { steps: [{ approvers: ["a"], need: "all" }] }),
      held("one of two", { steps: [{ approvers: ["a", "b"], need: 1 }] }),
      held("again", {
        steps: [
          { approvers: ["a"], need: "any" },
          { approvers: ["a"], need: "any" },
        ],
      }),
      held("silent", { approvers: ["a"], quick: true, requireReason: true }),
      held("unreachable", { approvers: ["a"], presence: "authenticator" }),
    ];
    expect(ruleWarnings({ connections, rules })).toEqual([
      [],
      ["step 1 needs one person: need: any says so"],
      ["step 1 needs one person: need: any says so"],
      ["step 2 names only groups of steps before it: it needs other members of them"],
      ["is quick and needs a reason, which a click on a notification doesn't give"],
      ["asks for an authenticator, which no client offers yet: nobody can approve it"],
    ]);
  });
});
