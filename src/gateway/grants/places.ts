import type { Json } from "../../shared/json.ts";
import type { KnownTools } from "../mcp/known-tools.ts";
import type { Revocations } from "../identity/revocations.ts";
import type { Runtime } from "../runtime.ts";
import type { GrantBonds } from "./standing.ts";

/** Those of a grant's bonds that the configuration in force and the targets' declarations decide. */
export function placesOf(
  runtime: () => Runtime,
  tools: KnownTools,
  keyedDigest: (value: Json) => string,
  revocations: Pick<Revocations, "isRevoked">,
): Pick<GrantBonds, "letIn" | "fingerprintOf" | "placeOf"> {
  return {
    letIn: (id) => runtime().config.issuers.some(({ name }) => id.startsWith(`${name}:`)) && !revocations.isRevoked(id),
    placeOf: (name) => {
      const connection = runtime().connections.get(name);
      return connection === undefined ? undefined : keyedDigest({ place: connection.place });
    },
    fingerprintOf: (name, tool) => {
      const connection = runtime().connections.get(name);
      return connection === undefined ? undefined : tools.known(connection, tool)?.fingerprint;
    },
  };
}
