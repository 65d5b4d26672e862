import type { KnownTools } from "../mcp/known-tools.ts";
import type { Runtime } from "../runtime.ts";
import type { GrantBonds } from "./standing.ts";

/** Those of a grant's bonds that the configuration in force and the targets' declarations decide. */
export function placesOf(
  runtime: () => Runtime,
  tools: KnownTools,
): Pick<GrantBonds, "letIn" | "fingerprintOf" | "hasConnection"> {
  return {
    letIn: (id) => runtime().config.issuers.some(({ name }) => id.startsWith(`${name}:`)),
    hasConnection: (name) => runtime().connections.has(name),
    fingerprintOf: (name, tool) => {
      const connection = runtime().connections.get(name);
      return connection === undefined ? undefined : tools.known(connection, tool)?.fingerprint;
    },
  };
}
