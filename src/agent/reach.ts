import { TargetError, type Agent, type HttpSpec, type StdioSpec, type Target } from "../shared/target.ts";
import { targetSpec, type ResolveSecret } from "../shared/target-config.ts";
import type { AgentConfig } from "./config-schema.ts";
import type { Reach } from "./link-served.ts";

/**
 * The targets of agent.yaml, by name. Every secret is resolved, and every target made once, before the gateway is dialled. Throws
 * CountersignError `configuration`.
 */
export async function reachOf(config: AgentConfig, agent: Agent, resolveSecret: ResolveSecret): Promise<Reach> {
  const specs = new Map<string, StdioSpec | HttpSpec>();
  const made = new Map<string, Target>();
  const targetFor = (name: string, spec: StdioSpec | HttpSpec, timeoutMs: number): Target => {
    // An HTTP target watches for silence itself, by the time that the gateway allows it.
    const key = "url" in spec ? `${name} ${timeoutMs}` : name;
    const target = made.get(key) ?? agent.target("url" in spec ? { ...spec, timeoutMs } : spec);
    made.set(key, target);
    return target;
  };
  for (const connection of config.connections) {
    const spec = await targetSpec(connection.name, connection, usualTimeoutMs, resolveSecret);
    specs.set(connection.name, spec);
    targetFor(connection.name, spec, usualTimeoutMs);
  }
  return (name, timeoutMs) => {
    const spec = specs.get(name);
    if (spec === undefined) throw new TargetError("unreachable", `The agent ${config.name} has no connection ${name}.`);
    return targetFor(name, spec, timeoutMs);
  };
}

/** As gateway.yaml has it where it says nothing. */
const usualTimeoutMs = 60_000;
