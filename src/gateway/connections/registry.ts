import { CountersignError } from "../../shared/errors.ts";
import type { Agent, Target } from "../../shared/target.ts";
import { targetSpec, type ResolveSecret } from "../../shared/target-config.ts";
import type { ConnectionConfig } from "../config-schema.ts";

/** A registered connection and its last hop. */
interface RegisteredConnection {
  readonly name: string;
  readonly title: string | null;
  readonly transport: Target["transport"];
  readonly target: Target;
  /** How long the target may be silent, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Connections {
  /** By name. */
  readonly all: ReadonlyMap<string, RegisteredConnection>;
  /** Ends every conversation of every connection. */
  close(): Promise<void>;
}

/** Who makes the last hop: the embedded agent, or one that has dialled in. */
export interface LastHop {
  readonly embedded: Agent;
  /** The target that the agent of this name reaches as `connection`; whether it is there shows when it is asked. */
  linked(agent: string, connection: string, timeoutMs: number): Target;
}

/**
 * The connections of a configuration. Nothing is dialled or started before the first request. Throws CountersignError
 * `configuration`, naming the connection, for a name used twice or a secret, address or header that can't be used.
 */
export async function createConnections(
  configs: readonly ConnectionConfig[],
  lastHop: LastHop,
  resolveSecret: ResolveSecret,
): Promise<Connections> {
  const all = new Map<string, RegisteredConnection>();
  for (const config of configs) {
    if (all.has(config.name)) throw misconfigured(config.name, "the name is used twice");
    const target = await targetOf(config, lastHop, resolveSecret).catch((error: unknown) => {
      if (error instanceof CountersignError) throw misconfigured(config.name, error.message);
      throw error;
    });
    const { name, title = null, timeout } = config;
    all.set(name, { name, title, transport: target.transport, target, timeoutMs: timeout });
  }
  return {
    all,
    async close(): Promise<void> {
      await Promise.all([...all.values()].map(({ target }) => target.close()));
    },
  };
}

async function targetOf(config: ConnectionConfig, lastHop: LastHop, resolveSecret: ResolveSecret): Promise<Target> {
  const { name, agent, timeout } = config;
  if (agent !== undefined) return lastHop.linked(agent, name, timeout);
  return lastHop.embedded.target(await targetSpec(name, config, timeout, resolveSecret));
}

function misconfigured(name: string, why: string): CountersignError {
  return new CountersignError("configuration", `Connection ${name}: ${why}`);
}
