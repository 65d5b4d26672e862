import { loadConfig } from "../gateway/config.ts";
import { explain } from "../gateway/policy/explain.ts";
import { limitsText } from "../gateway/policy/limits-text.ts";
import type { Effect, Subject } from "../gateway/policy/policy.ts";
import { createPolicy } from "../gateway/policy/rules.ts";
import { stepText } from "./step-text.ts";
import { CountersignError } from "../shared/errors.ts";
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
  const subject = supposed(as, connection, tool, argumentsOf(json));
  const steps = explain(config.rules, subject);
  const effect = createPolicy(config.rules).decide(subject);
  const { limits = null, binary = null } = effect.effect === "deny" ? {} : effect;
  const answer = {
    id: `${connection} ${tool}`,
    effect: effect.effect,
    rule: effect.rule?.name ?? null,
    limits,
    binary,
  };
  terminal.answer({ ...answer, steps: steps.map((step) => ({ id: step.rule, ...step })) }, [
    outcomeOf(effect, `${visibleLine(tool, 60)} on ${connection}`),
    ...(limits === null ? [] : [`  each principal within its limits: ${limitsText(limits)}`]),
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

/** The call as the gateway would see it; what only a real one has (its tool's declaration, client, device) is not known. */
function supposed({ id, groups }: As, connection: string, name: string, args: JsonObject): Subject {
  const issuer = id.split(":", 1)[0] ?? "";
  return {
    principal: {
      id,
      kind: "user",
      name: id,
      groups: [...groups],
      issuer,
      person: id,
      roles: [],
      clientId: "",
      expiresAtMs: 0,
      authenticatedAtMs: null,
    },
    connection,
    kind: "tool",
    name,
    method: "tools/call",
    arguments: args,
    tool: null,
    client: null,
    device: null,
    address: "127.0.0.1",
    nowMs: Date.now(),
  };
}
