import type { RuleConfig } from "../config-schema.ts";
import { compileCondition } from "./condition.ts";
import { anyGlob } from "./glob.ts";
import type { Subject } from "./policy.ts";
import type { Unknown } from "./veil.ts";

/** What became of one rule when a call was judged. The last one tried is `decided`, `failed`, or `undecidable`: that hangs on what isn't known. */
export interface Step {
  readonly rule: string;
  readonly outcome: "passed over" | "decided" | "failed" | "undecidable";
  readonly why: string;
}

/** Tries the rules on a call one by one, in their order, until one decides; the policy itself reaches the same end by its index. `unknown` are the parts of the subject that only a real call has. */
export function explain(rules: readonly RuleConfig[], subject: Subject, unknown: readonly Unknown[]): readonly Step[] {
  const steps: Step[] = [];
  for (const rule of rules) {
    const step = tryRule(rule, subject, unknown);
    steps.push(step);
    if (step.outcome !== "passed over") break;
  }
  return steps;
}

function tryRule(rule: RuleConfig, subject: Subject, unknown: readonly Unknown[]): Step {
  const { name, connections, groups, when } = rule;
  const passed = (why: string): Step => ({ rule: name, outcome: "passed over", why });
  if (!anyGlob(connections)(subject.connection)) return passed(`is for the connections ${connections.join(", ")}`);
  if (groups !== undefined && !subject.principal.groups.some(anyGlob(groups)))
    return passed(`is for the groups ${groups.join(", ")}`);
  const names = { tool: rule.tools, resource: rule.resources, prompt: rule.prompts };
  const namesNothing = Object.values(names).every((globs) => globs === undefined);
  if (!namesNothing && !anyGlob(names[subject.kind] ?? [])(subject.name))
    return passed(`names ${names[subject.kind]?.join(", ") ?? `no ${subject.kind}s`}`);
  const decided: Step = {
    rule: name,
    outcome: "decided",
    why: when === undefined ? "it matches" : `it matches, and ${when} holds`,
  };
  if (when === undefined) return decided;
  const compiled = compileCondition(when);
  if (!compiled.ok) return { rule: name, outcome: "failed", why: compiled.message };
  const judged = compiled.condition.evaluateVeiled(subject, { unknown, weight: null });
  if (!judged.known) return { rule: name, outcome: "undecidable", why: `${when} can't be known here: ${judged.why}` };
  const { answer } = judged;
  if (!answer.ok) return { rule: name, outcome: "failed", why: `its condition can't be evaluated: ${answer.why}` };
  return answer.holds ? decided : passed(`${when} does not hold`);
}
