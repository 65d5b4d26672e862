import { createHash } from "node:crypto";
import { canonical, type Json } from "../../shared/json.ts";
import type { RuleConfig } from "../config-schema.ts";
import type { Principal } from "../identity/principal.ts";
import { anyGlob, type Matcher } from "./glob.ts";
import type { Effect, Policy, RuleReference, Subject } from "./policy.ts";

/** The policy of these rules, in their order: the first that matches decides, and where none does the call is denied. */
export function createPolicy(rules: readonly RuleConfig[]): Policy {
  const compiled = rules.map(compile);
  const decide = (subject: Subject): Effect => {
    const rule = compiled.find((rule) => rule.matches(subject));
    return rule?.effect ?? { effect: "deny", rule: null, why: "No rule allows this call." };
  };
  return {
    decide,
    mayUse: (subject) => decide(subject).effect !== "deny",
    mayReach: (principal, connection) => mayReach(compiled, principal, connection),
    versionOf: (name) => compiled.find(({ effect }) => effect.rule?.name === name)?.effect.rule?.version,
    version: hash(rules.map(plain)),
  };
}

interface Compiled {
  readonly effect: Effect;
  /** Whether the rule speaks about this principal on this connection at all. */
  readonly concerns: (principal: Principal, connection: string) => boolean;
  readonly matches: (subject: Subject) => boolean;
  /** It names no tools, resources or prompts, and so matches every call it concerns. */
  readonly matchesAll: boolean;
}

function compile(rule: RuleConfig): Compiled {
  const connection = anyGlob(rule.connections);
  const group = rule.groups === undefined ? null : anyGlob(rule.groups);
  const matchesAll = rule.tools === undefined && rule.resources === undefined && rule.prompts === undefined;
  const names: Record<Subject["kind"], Matcher> = {
    tool: anyGlob(rule.tools ?? []),
    resource: anyGlob(rule.resources ?? []),
    prompt: anyGlob(rule.prompts ?? []),
  };
  const concerns: Compiled["concerns"] = (principal, name) =>
    connection(name) && (group === null || principal.groups.some(group));
  return {
    effect: effectOf(rule),
    concerns,
    matches: (subject) =>
      concerns(subject.principal, subject.connection) && (matchesAll || names[subject.kind](subject.name)),
    matchesAll,
  };
}

function effectOf(rule: RuleConfig): Effect {
  const reference: RuleReference = { name: rule.name, version: hash(plain(rule)).slice(0, 16) };
  switch (rule.effect) {
    case "allow":
      return { effect: "allow", rule: reference, readOnly: rule.readOnly };
    case "deny":
      return { effect: "deny", rule: reference, why: rule.why };
    case "approve":
      return {
        effect: "approve",
        rule: reference,
        why: rule.why || `The rule "${rule.name}" holds this call until an approver decides.`,
        risk: rule.risk,
        approvers: rule.approvers,
        expiresMs: rule.expires,
      };
    default:
      return rule.effect satisfies never;
  }
}

function mayReach(rules: readonly Compiled[], principal: Principal, connection: string): boolean {
  for (const rule of rules) {
    if (!rule.concerns(principal, connection)) continue;
    if (rule.effect.effect !== "deny") return true;
    // A deny of every call shuts off all rules after it.
    if (rule.matchesAll) return false;
  }
  return false;
}

/** The rule as JSON: members that are absent leave no trace in its version. */
function plain(rule: RuleConfig): Json {
  return JSON.parse(JSON.stringify(rule)) as Json;
}

function hash(value: Json): string {
  return createHash("sha256").update(canonical(value)).digest("base64url");
}
