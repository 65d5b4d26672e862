import { CountersignError } from "../../shared/errors.ts";
import type { Agent, Target } from "../../shared/target.ts";
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

/** The value behind a secret's name (`env:NAME`, `file:PATH`). Throws CountersignError `configuration`. */
export type ResolveSecret = (name: string) => string | Promise<string>;

/**
 * The connections of a configuration. Nothing is dialled or started before the first request. Throws CountersignError
 * `configuration`, naming the connection, for a name used twice or a secret, address or header that can't be used.
 */
export async function createConnections(
  configs: readonly ConnectionConfig[],
  agent: Agent,
  resolveSecret: ResolveSecret,
): Promise<Connections> {
  const all = new Map<string, RegisteredConnection>();
  for (const config of configs) {
    if (all.has(config.name)) throw misconfigured(config.name, "the name is used twice");
    const target = await targetOf(config, agent, resolveSecret).catch((error: unknown) => {
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

async function targetOf(config: ConnectionConfig, agent: Agent, resolveSecret: ResolveSecret): Promise<Target> {
  const { name, stdio, http, timeout } = config;
  if (http !== undefined) {
    const headers = await valuesOf(http.headers, resolveSecret);
    return agent.target({ url: http.url, headers, timeoutMs: timeout });
  }
  if (stdio === undefined) throw new CountersignError("configuration", "It needs one of stdio and http.");
  const { command, args, cwd } = stdio;
  const env = await valuesOf(stdio.env, resolveSecret);
  return agent.target({ name, command, args, env, ...(cwd === undefined ? {} : { cwd }) });
}

/** Values with the named secrets in place; other values stay as they are. */
async function valuesOf(
  values: Readonly<Record<string, string>>,
  resolveSecret: ResolveSecret,
): Promise<Record<string, string>> {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    resolved[name] = /^(env|file):/.test(value) ? await resolveSecret(value) : value;
  }
  return resolved;
}

function misconfigured(name: string, why: string): CountersignError {
  return new CountersignError("configuration", `Connection ${name}: ${why}`);
}
