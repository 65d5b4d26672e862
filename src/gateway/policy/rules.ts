import { createHash } from "node:crypto";
import { CountersignError } from "../../shared/errors.ts";
import { mayBeQuick, type Presence, type Risk } from "../../shared/approval.ts";
import { canonical, type Json } from "../../shared/json.ts";
import { stepsOf } from "../config-rules.ts";
import type { RuleConfig } from "../config-schema.ts";
import type { Principal } from "../identity/principal.ts";
import { compileCondition, type Condition } from "./condition.ts";
import { anyGlob } from "./glob.ts";
import type { Asked, Effect, GrantTerms, Policy, Reach, RuleReference, Subject, Terms } from "./policy.ts";
import { Reachable } from "./reachable.ts";
import { failed, replayed, type Replayable } from "./replay.ts";
import { RuleIndex } from "./rule-index.ts";
import type { SignInTerms } from "./sign-in.ts";

/**
 * The policy of these rules, in their order: the first that matches decides, and where none does the call is denied.
 * Throws CountersignError `configuration` for a condition that can't be compiled.
 */
export function createPolicy(rules: readonly RuleConfig[]): Policy {
  const compiled = rules.map(compile);
  const index = new RuleIndex(compiled);
  const reachable = new Reachable((connection) => index.of(connection));
  const versions = new Map(compiled.map(({ reference }) => [reference.name, reference.version]));
  return {
    decide: (subject) => decide(index, subject),
    replay: (subject, veil) => replayed(index.of(subject.connection), subject, veil),
    mayUse: (reach) => mayUse(index, reach),
    mayReach: (principal, connection) => reachable.mayReach(principal, connection),
    mayAsk: (principal, connection, kind) => mayAsk(index.of(connection), principal, kind),
    versionOf: (name) => versions.get(name),
    version: hash(rules.map(plain)),
  };
}

interface Compiled extends Replayable {
  /** What a target may ask of the client; null where the rule says nothing of it. */
  readonly requests: readonly Asked[] | null;
}

function compile(rule: RuleConfig, position: number): Compiled {
  const group = rule.groups === undefined ? null : anyGlob(rule.groups);
  const namesNothing = rule.tools === undefined && rule.resources === undefined && rule.prompts === undefined;
  const reference = { name: rule.name, version: hash(plain(rule)).slice(0, 16) };
  return {
    position,
    connections: rule.connections,
    globs: namesNothing ? null : { tool: rule.tools ?? [], resource: rule.resources ?? [], prompt: rule.prompts ?? [] },
    reference,
    effect: effectOf(rule, reference),
    byGroup: group !== null,
    concerns: (principal) => group === null || principal.groups.some(group),
    condition: conditionOf(rule),
    requests: rule.requests ?? null,
  };
}

function conditionOf(rule: RuleConfig): Condition | null {
  if (rule.when === undefined) return null;
  const compiled = compileCondition(rule.when);
  if (compiled.ok) return compiled.condition;
  throw new CountersignError("configuration", `The condition of rule “${rule.name}”: ${compiled.message}.`);
}

function decide(index: RuleIndex<Compiled>, subject: Subject): Effect {
  for (const rule of index.naming(subject)) {
    if (!rule.concerns(subject.principal)) continue;
    const answer = rule.condition?.evaluate(subject);
    if (answer === undefined || (answer.ok && answer.holds)) return rule.effect;
    if (answer.ok) continue;
    return failed(rule.reference, answer.why);
  }
  return { effect: "deny", rule: null, why: "No rule allows this call." };
}

/** Listed is what some rule could let through: a condition may hold or not, until the call is there. */
function mayUse(index: RuleIndex<Compiled>, reach: Reach): boolean {
  const rule = index
    .naming(reach)
    .find(
      ({ concerns, condition, effect }) =>
        concerns(reach.principal) && (condition === null || effect.effect !== "deny"),
    );
  return rule !== undefined && rule.effect.effect !== "deny";
}

function mayAsk(rules: readonly Compiled[], principal: Principal, kind: Asked): boolean {
  const rule = rules.find(({ requests, concerns }) => requests !== null && concerns(principal));
  return rule?.requests?.includes(kind) === true;
}

function effectOf(rule: RuleConfig, reference: RuleReference): Effect {
  switch (rule.effect) {
    case "allow":
      return { effect: "allow", ...termsOf(rule, reference), readOnly: rule.readOnly };
    case "deny":
      return { effect: "deny", rule: reference, why: rule.why };
    case "approve":
      return {
        effect: "approve",
        ...termsOf(rule, reference),
        why: rule.why || `The rule "${rule.name}" holds this call until an approver decides.`,
        risk: rule.risk,
        steps: stepsOf(rule),
        expiresMs: rule.expires,
        requireReason: rule.requireReason ?? false,
        presence: leastPresence(rule),
        quick: rule.quick ?? false,
        ...(rule.approverSignIn === undefined ? {} : { approverSignIn: signInTermsOf(rule.approverSignIn) }),
        ...grantsOf(rule),
      };
    default:
      return rule.effect satisfies never;
  }
}

function termsOf({ limits, binary, signIn }: RuleConfig, rule: RuleReference): Terms {
  return {
    rule,
    ...(limits === undefined ? {} : { limits }),
    ...(binary === undefined ? {} : { binary }),
    ...(signIn === undefined ? {} : { signIn: signInTermsOf(signIn) }),
  };
}

/** What a rule asks of its caller's sign-in, as it is checked. */
export function signInTermsOf({ within, acr, methods }: NonNullable<RuleConfig["signIn"]>): SignInTerms {
  return {
    ...(within === undefined ? {} : { withinMs: within }),
    ...(acr === undefined ? {} : { acr }),
    ...(methods === undefined ? {} : { methods }),
  };
}

/** A terminal shows too little, and is scripted too easily, for calls of high or critical risk. */
function leastPresence({ presence, risk, quick }: RuleConfig): Presence {
  if (presence === undefined && quick === true && mayBeQuick(risk)) return "notification";
  return strengthened(presence ?? "cli", risk);
}

function strengthened(presence: Presence, risk: Risk): Presence {
  return presence === "cli" && (risk === "high" || risk === "critical") ? "window" : presence;
}

function grantsOf({ grants }: RuleConfig): { readonly grants?: GrantTerms } {
  if (grants === undefined) return {};
  const { longest, mostUses, constraints } = grants;
  return { grants: { longestMs: longest, mostUses, constraints } };
}

/** The rule as JSON: members that are absent leave no trace in its version. */
function plain(rule: RuleConfig): Json {
  return JSON.parse(JSON.stringify(rule)) as Json;
}

function hash(value: Json): string {
  return createHash("sha256").update(canonical(value)).digest("base64url");
}
