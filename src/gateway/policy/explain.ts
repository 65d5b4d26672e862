import type { RuleConfig } from "../config-schema.ts";
import { compileCondition } from "./condition.ts";
import { anyGlob } from "./glob.ts";
import type { Subject } from "./policy.ts";

/** What became of one rule when a call was judged. `decided` is the last one tried. */
export interface Step {
  readonly rule: string;
  readonly outcome: "passed over" | "decided" | "failed";
  readonly why: string;
}

/** Tries the rules on a call one by one, in their order, until one decides; the policy itself reaches the same end by its index. */
export function explain(rules: readonly RuleConfig[], subject: Subject): readonly Step[] {
  const steps: Step[] = [];
  for (const rule of rules) {
    const step = tryRule(rule, subject);
    steps.push(step);
    if (step.outcome !== "passed over") break;
  }
  return steps;
}

function tryRule(rule: RuleConfig, subject: Subject): Step {
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
  const answer = compiled.condition.evaluate(subject);
  if (!answer.ok) return { rule: name, outcome: "failed", why: `its condition can't be evaluated: ${answer.why}` };
  return answer.holds ? decided : passed(`${when} does not hold`);
}
