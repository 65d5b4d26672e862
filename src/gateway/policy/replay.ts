import { maskMark } from "../masking/marks.ts";
import type { Principal } from "../identity/principal.ts";
import type { Condition } from "./condition.ts";
import { globMatcher } from "./glob.ts";
import type { Effect, RuleReference, Subject } from "./policy.ts";
import type { Indexed } from "./rule-index.ts";
import type { Veil } from "./veil.ts";

/** What the rules say of a recorded call: an effect, or why that can't be said. */
export type Replayed =
  | { readonly decided: true; readonly effect: Effect }
  | { readonly decided: false; readonly rule: string; readonly why: string };

/** What replaying asks of a rule. */
export interface Replayable extends Indexed {
  readonly reference: RuleReference;
  readonly effect: Effect;
  /** Whether it asks for the caller's groups. */
  readonly byGroup: boolean;
  readonly concerns: (principal: Principal) => boolean;
  readonly condition: Condition | null;
}

/** A gate of a rule: passed, not passed, or why neither is known. */
type Gate = boolean | { readonly why: string };

/**
 * Tries a connection's rules in their order on a subject of which `veil` is not known. A rule is passed over where one of its
 * gates is known not to let the call in, whatever the others; where a gate stays open, nothing further is known.
 */
export function replayed(rules: readonly Replayable[], subject: Subject, veil: Veil): Replayed {
  for (const rule of rules) {
    const name = named(rule, subject);
    const caller = concerned(rule, subject, veil);
    if (name === false || caller === false) continue;
    const answer = rule.condition?.evaluateVeiled(subject, veil) ?? { known: true, answer: { ok: true, holds: true } };
    if (answer.known && answer.answer.ok && !answer.answer.holds) continue;
    const why = [name, caller, answer.known || answer].find((gate) => typeof gate === "object")?.why;
    if (why !== undefined) return { decided: false, rule: rule.reference.name, why };
    const failure = answer.known && !answer.answer.ok ? failed(rule.reference, answer.answer.why) : null;
    return { decided: true, effect: failure ?? rule.effect };
  }
  return { decided: true, effect: { effect: "deny", rule: null, why: "No rule allows this call." } };
}

function named({ globs }: Replayable, { kind, name }: Subject): Gate {
  if (globs === null) return true;
  const gates = globs[kind].map((glob) => matchesMasked(glob, name));
  if (gates.includes(true)) return true;
  return gates.includes(null) ? { why: "it goes by a name that was masked" } : false;
}

/** Whether a glob matches a name of which a part may be masked; null where that can't be known. */
function matchesMasked(glob: string, name: string): boolean | null {
  if (!name.includes(maskMark) || /^\*+$/.test(glob)) return globMatcher(glob)(name);
  const shown = shownPrefix(name);
  const literal = /^[^*?]*/.exec(glob)?.[0] ?? "";
  if (literal.length <= shown.length && /^\*+$/.test(glob.slice(literal.length))) return shown.startsWith(literal);
  const common = Math.min(literal.length, shown.length);
  return literal.slice(0, common) === shown.slice(0, common) ? null : false;
}

/** What certainly stands at the beginning of a masked address: before the mark, a partly shown value may be spelt otherwise than it was. */
function shownPrefix(name: string): string {
  const shown = name.slice(0, name.indexOf(maskMark));
  return /^[a-z][a-z0-9+.-]*:.*[/?#&=]/i.exec(shown)?.[0] ?? "";
}

function concerned({ byGroup, concerns }: Replayable, { principal }: Subject, { unknown }: Veil): Gate {
  const missing = unknown.find(({ path }) => path.join(".") === "principal.groups");
  return byGroup && missing !== undefined ? { why: `it goes by ${missing.what}` } : concerns(principal);
}

/** It might have matched, so no later rule may decide. */
export function failed(rule: RuleReference, why: string): Effect {
  return { effect: "deny", rule, why: `Its condition can't be evaluated on this call: ${why}.` };
}
