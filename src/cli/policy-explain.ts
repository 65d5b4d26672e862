import { loadConfig } from "../gateway/config.ts";
import type { Config } from "../gateway/config-schema.ts";
import { peopleOf } from "../gateway/identity/people.ts";
import type { Principal } from "../gateway/identity/principal.ts";
import { rolesOf } from "../gateway/identity/roles.ts";
import { explain } from "../gateway/policy/explain.ts";
import { limitsText } from "../gateway/policy/limits-text.ts";
import type { Effect, Subject } from "../gateway/policy/policy.ts";
import type { Unknown } from "../gateway/policy/veil.ts";
import { createPolicy } from "../gateway/policy/rules.ts";
import { signInText } from "../gateway/policy/sign-in.ts";
import { ownerText } from "./approval-text.ts";
import { stepText } from "./step-text.ts";
import { CountersignError } from "../shared/errors.ts";
import type { Role } from "../shared/principal.ts";
import { isJson, isJsonObject, type JsonObject } from "../shared/json.ts";
import { visibleLine } from "../shared/visible.ts";
import type { Terminal } from "./terminal.ts";

/** Who makes the supposed call. */
export interface As {
  readonly id: string;
  readonly groups: readonly string[];
}

/** `policy explain`: what would become of a tool call under these rules, and why. Throws CountersignError `usage` or `configuration`. */
export async function explainCall(
  file: string,
  as: As,
  [connection, tool, json = "{}"]: readonly [string, string, string?],
  terminal: Terminal,
): Promise<void> {
  const { config } = await loadConfig(file);
  if (!config.connections.some(({ name }) => name === connection))
    throw new CountersignError("usage", `There is no connection ${JSON.stringify(connection)} in ${file}.`);
  const roles = rolesOf(config.roles, as.groups);
  const subject = supposed({ ...as, ...serviceOf(config, as.id), roles }, connection, tool, argumentsOf(json));
  const { owner } = subject.principal;
  const steps = explain(config.rules, subject, onlyOfRealCalls);
  const effect = createPolicy(config.rules).decide(subject);
  const open = steps.find(({ outcome }) => outcome === "undecidable");
  const { limits = null, binary = null, signIn = null } = open !== undefined || effect.effect === "deny" ? {} : effect;
  const ofApprovers = open === undefined && effect.effect === "approve" ? effect.approverSignIn : undefined;
  const answer = {
    id: `${connection} ${tool}`,
    effect: open === undefined ? effect.effect : "undecidable",
    rule: open?.rule ?? effect.rule?.name ?? null,
    limits,
    binary,
    signIn: signIn === null ? null : signInText(signIn),
    approverSignIn: ofApprovers === undefined ? null : signInText(ofApprovers),
    owner: owner ?? null,
  };
  const what = `${visibleLine(tool, 60)} on ${connection}`;
  terminal.answer({ ...answer, steps: steps.map((step) => ({ id: step.rule, ...step })) }, [
    open === undefined
      ? outcomeOf(effect, what)
      : `What becomes of ${what} hangs on rule ${JSON.stringify(open.rule)}: ${open.why}.`,
    ...(limits === null ? [] : [`  each principal within its limits: ${limitsText(limits)}`]),
    ...(signIn === null
      ? []
      : [`  once its caller has shown ${signInText(signIn)}; who has not is asked to sign in, a service is refused`]),
    ...(owner === undefined
      ? []
      : [`  a service of ${ownerText(owner)}: who answers for it sees its held calls and never decides them`]),
    ...(ofApprovers === undefined ? [] : [`  by approvers who have shown ${signInText(ofApprovers)}`]),
    ...(binary === null ? [] : [`  binary content of its answer: ${binary}`]),
    ...steps.map(({ rule, outcome, why }) => `  rule ${JSON.stringify(rule)} ${outcome}: ${why}`),
  ]);
}

function outcomeOf(effect: Effect, what: string): string {
  switch (effect.effect) {
    case "allow":
      return `${what} would be allowed by rule ${JSON.stringify(effect.rule.name)}.`;
    case "approve":
      return `${what} would be held by rule ${JSON.stringify(effect.rule.name)}, risk ${effect.risk}, for ${effect.steps.map(stepText).join(", then ")}.`;
    case "deny":
      return `${what} would be denied${effect.rule === null ? ": no rule matches." : ` by rule ${JSON.stringify(effect.rule.name)}. ${effect.why}`}`;
    default:
      return effect satisfies never;
  }
}

function argumentsOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value) && isJsonObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new CountersignError("usage", "The arguments must be a JSON object.");
}

const unknownOf = (what: string, path: Unknown["path"]): Unknown => ({
  path,
  what: `${what}, which only a real call has`,
});

const onlyOfRealCalls: readonly Unknown[] = [
  unknownOf("the tool's annotations", ["tool", "annotations"]),
  unknownOf("the tool's fingerprint", ["tool", "fingerprint"]),
  unknownOf("the client", ["client"]),
  unknownOf("the device", ["device"]),
  unknownOf("the address", ["address"]),
  unknownOf("principal.name", ["principal", "name"]),
  unknownOf("principal.assurance", ["principal", "assurance"]),
];

/** What the file says of this id as a service's: others are taken for people's. */
function serviceOf(config: Config, id: string): Pick<Principal, "kind" | "owner"> {
  const owner = peopleOf(() => config).ownerOf(id);
  const isService =
    owner !== undefined ||
    config.issuers.some(({ name, workloads }) => (workloads ?? []).some((key) => `${name}:${key}` === id));
  return { kind: isService ? "service" : "user", ...(owner === undefined ? {} : { owner }) };
}

/** The call as the gateway would see it; what stands in `onlyOfRealCalls` is made up. */
function supposed(
  { id, groups, ...known }: As & Pick<Principal, "kind" | "owner"> & { readonly roles: readonly Role[] },
  connection: string,
  name: string,
  args: JsonObject,
): Subject {
  const issuer = id.split(":", 1)[0] ?? "";
  return {
    principal: {
      id,
      name: id,
      groups: [...groups],
      issuer,
      person: id,
      ...known,
      clientId: "",
      expiresAtMs: 0,
      authenticatedAtMs: null,
    },
    connection,
    kind: "tool",
    name,
    method: "tools/call",
    arguments: args,
    tool: { name, fingerprint: "", annotations: {} },
    client: null,
    device: null,
    address: "127.0.0.1",
    nowMs: Date.now(),
  };
}
