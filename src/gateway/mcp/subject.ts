import type { Subject } from "../policy/policy.ts";
import type { Exchange } from "./context.ts";
import type { Request } from "./record.ts";

/** What the rules judge of a request: whom it comes from, and what it reaches for with which arguments. */
export function subjectOf(exchange: Exchange, request: Request, kind: Subject["kind"], name: string): Subject {
  const { gate, caller, connection, client } = exchange;
  return {
    principal: caller.principal,
    connection: connection.name,
    kind,
    name,
    method: request.method,
    arguments: request.params.arguments ?? {},
    // Its declaration was looked up before, where a rule could let the call through.
    tool: kind === "tool" ? gate.tools.known(connection, name) : null,
    client,
    device: caller.device,
    address: caller.address,
    nowMs: gate.now(),
  };
}
