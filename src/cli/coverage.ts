import { compileCondition } from "../gateway/policy/condition.ts";
import type { Config, RuleConfig } from "../gateway/config-schema.ts";

/** What is odd about each rule, in order: nothing here is an error, all of it is likely not what was meant. */
export function ruleWarnings(config: Pick<Config, "connections" | "rules">): readonly (readonly string[])[] {
  return config.rules.map((rule, position) => [
    ...shadow(rule, config.rules.slice(0, position)),
    ...repeatedName(rule, config.rules.slice(0, position)),
    ...unknownConnections(rule, config.connections),
    ...claims(rule),
    ...approving(rule),
    ...sessionsAlone(rule),
    ...signingIn(rule),
  ]);
}

/** Whether every call that `later` matches is matched by `earlier`; false where that can't be seen from the texts. */
export function covers(earlier: RuleConfig, later: RuleConfig): boolean {
  if (earlier.when !== undefined && earlier.when !== later.when) return false;
  if (!everyCovered(earlier.connections, later.connections)) return false;
  if (!groupsCovered(earlier.groups, later.groups)) return false;
  if (!namesKinds(earlier)) return true;
  return kinds.every((kind) => {
    const wanted = later[kind] ?? (namesKinds(later) ? [] : ["*"]);
    return everyCovered(earlier[kind] ?? [], wanted);
  });
}

/**
 * Whether the glob `wide` matches all that `narrow` does. It does whenever it matches the text of `narrow` with the
 * stars in it taken as characters that only a star can match, so the answer true is always right.
 */
export function globCovers(wide: string, narrow: string): boolean {
  let [w, n] = [0, 0];
  let [starAt, resumeAt] = [-1, 0];
  while (n < narrow.length) {
    if (w < wide.length && wide[w] === "*") {
      [starAt, resumeAt] = [w, n];
      w += 1;
    } else if (w < wide.length && narrow[n] !== "*" && (wide[w] === "?" || wide[w] === narrow[n])) {
      w += 1;
      n += 1;
    } else if (starAt >= 0) {
      resumeAt += 1;
      [w, n] = [starAt + 1, resumeAt];
    } else {
      return false;
    }
  }
  return /^\**$/.test(wide.slice(w));
}

const kinds = ["tools", "resources", "prompts"] as const;

function namesKinds(rule: RuleConfig): boolean {
  return kinds.some((kind) => rule[kind] !== undefined);
}

function everyCovered(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((pattern) => wide.some((other) => globCovers(other, pattern)));
}

function groupsCovered(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow !== undefined && everyCovered(wide, narrow));
}

function shadow(rule: RuleConfig, earlier: readonly RuleConfig[]): readonly string[] {
  const first = earlier.find((other) => covers(other, rule));
  return first === undefined ? [] : [`can never match: rule ${JSON.stringify(first.name)} above it covers it`];
}

/** A server that wants its calls allowed only has to declare what the condition asks for. */
function claims({ effect, when }: RuleConfig): readonly string[] {
  if (effect !== "allow" || when === undefined) return [];
  const compiled = compileCondition(when);
  if (!compiled.ok || !compiled.condition.reads.has("tool") || !when.includes("annotations")) return [];
  return ["allows by tool.annotations, which are the server's own claims: name the tools instead"];
}

/** No sign-in can ask the provider for a method. */
function signingIn({ signIn, approverSignIn }: RuleConfig): readonly string[] {
  const isUnasked = [signIn, approverSignIn].some((asked) => asked?.methods !== undefined && asked.acr === undefined);
  if (!isUnasked) return [];
  return ["asks for methods alone, which no sign-in can ask the provider for: name the acr that brings them beside it"];
}

/** Steps that ask for less, or for more, than they seem to. */
function approving({ steps = [], quick, requireReason, presence }: RuleConfig): readonly string[] {
  const plain = steps.flatMap(({ approvers, need }, index) =>
    (need === "all" && approvers.length === 1) || need === 1
      ? [`step ${index + 1} needs one person: need: any says so`]
      : [],
  );
  const again = steps.flatMap(({ approvers }, index) => {
    const before = new Set(steps.slice(0, index).flatMap((step) => step.approvers));
    const known = index > 0 && approvers.every((group) => before.has(group));
    return known ? [`step ${index + 1} names only groups of steps before it: it needs other members of them`] : [];
  });
  const silent = quick === true && requireReason === true;
  return [
    ...plain,
    ...again,
    ...(presence === "authenticator"
      ? ["asks for an authenticator, which no client offers yet: nobody can approve it"]
      : []),
    ...(silent ? ["is quick and needs a reason, which a click on a notification doesn't give"] : []),
  ];
}

/** A client begins a new session whenever it likes. */
function sessionsAlone({ limits }: RuleConfig): readonly string[] {
  if (limits?.callsPerSession === undefined || limits.rate !== undefined) return [];
  return ["limits calls per session without a rate: a client that begins a new session begins anew"];
}

function repeatedName(rule: RuleConfig, earlier: readonly RuleConfig[]): readonly string[] {
  return earlier.some((other) => other.name === rule.name) ? ["has the name of a rule above it"] : [];
}

function unknownConnections(rule: RuleConfig, connections: Config["connections"]): readonly string[] {
  return rule.connections
    .filter((glob) => !connections.some((connection) => globCovers(glob, connection.name)))
    .map((glob) => `matches no connection with ${JSON.stringify(glob)}`);
}
