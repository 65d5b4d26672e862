import { checkSecrets, type LoadedConfig } from "./config.ts";
import { createConnections, type Connections, type LastHop } from "./connections/registry.ts";
import { createTokenVerifier } from "./identity/verifier.ts";
import { createMasker } from "./masking/masker.ts";
import { OutputSchemas } from "./masking/output-schemas.ts";
import { createPolicy } from "./policy/rules.ts";
import type { Config } from "./config-schema.ts";
import type { Connection, Runtime } from "./runtime.ts";
import { resolveSecret } from "./secrets.ts";

/** The configuration in force and all that was made from it. */
export class Setup {
  readonly #lastHop: LastHop;
  readonly #now: () => number;
  readonly #keyed: Keyed;
  /** What earlier configurations made as well: conversations and checks under way keep it until the gateway stops. */
  readonly #made: Made[] = [];

  #current: Made;

  private constructor(lastHop: LastHop, now: () => number, keyed: Keyed, made: Made) {
    this.#lastHop = lastHop;
    this.#now = now;
    this.#keyed = keyed;
    this.#current = made;
    this.#made.push(made);
  }

  /** Throws CountersignError `configuration` for a secret or address that can't be used. */
  static async create(config: LoadedConfig, lastHop: LastHop, now: () => number, keyed: Keyed): Promise<Setup> {
    return new Setup(lastHop, now, keyed, await make(config, lastHop, now, keyed));
  }

  /** The token that opens `/metrics`, null where none is configured. */
  get metricsToken(): string | null {
    return this.#current.metricsToken;
  }

  get runtime(): Runtime {
    return this.#current.runtime;
  }

  /**
   * Makes everything of the new configuration first, waits until `record` has it durable, then puts it in force at once; a failure leaves the
   * old one. Answers whether a verified token may mean another person than before, or nobody.
   */
  async replace(config: LoadedConfig, record: (next: Runtime) => Promise<void>): Promise<boolean> {
    const made = await make(config, this.#lastHop, this.#now, this.#keyed);
    this.#made.push(made);
    await record(made.runtime);
    const before = this.runtime.config;
    this.#current = made;
    return letsIn(before) !== letsIn(config.config);
  }

  async close(): Promise<void> {
    for (const { runtime } of this.#made) runtime.verifier.close();
    await Promise.all(this.#made.map(({ connections }) => connections.close()));
  }
}

/** What of a configuration says who is let in, and as whom. */
function letsIn({ issuers, identities, services, roles }: Config): string {
  return JSON.stringify([issuers, identities, services, roles]);
}

/** A keyed digest of a text, for pseudonyms. */
type Keyed = (text: string) => string;

interface Made {
  readonly runtime: Runtime;
  readonly connections: Connections;
  readonly metricsToken: string | null;
}

async function make(loaded: LoadedConfig, lastHop: LastHop, now: () => number, keyed: Keyed): Promise<Made> {
  const { config } = loaded;
  await checkSecrets(loaded);
  const connections = await createConnections(config.connections, lastHop, (name) => resolveSecret(name));
  const byName = new Map<string, Connection>();
  for (const { name, fields, stdio, http, agent, accepts } of config.connections) {
    const registered = connections.all.get(name);
    if (registered === undefined) continue;
    const masker = createMasker({ ...config.masking, fields: [...config.masking.fields, ...fields], keyed });
    byName.set(name, {
      ...registered,
      // Through JSON, as settings that are absent have no canonical text.
      place: JSON.stringify({ stdio, http, agent }),
      masker,
      outputSchemas: new OutputSchemas(),
      accepts: accepts ?? config.accepts,
      facts: { server: null, state: "unknown" },
    });
  }
  const verifier = createTokenVerifier(config, { now, secret: (name) => resolveSecret(name) });
  const metricsToken = config.metrics === undefined ? null : await resolveSecret(config.metrics.token);
  const runtime: Runtime = { config, verifier, policy: createPolicy(config.rules), connections: byName };
  return { runtime, connections, metricsToken };
}
