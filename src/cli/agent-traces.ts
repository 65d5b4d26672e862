import type { Reach } from "../agent/link-served.ts";
import type { Traces } from "../gateway/telemetry/port.ts";
import type { Target, TargetSession } from "../shared/target.ts";

/** The same targets, each of their requests within a span under the gateway's. */
export function tracedReach(reach: Reach, traces: Traces): Reach {
  return (connection, timeoutMs) => traced(reach(connection, timeoutMs), connection, traces);
}

function traced(target: Target, connection: string, traces: Traces): Target {
  return {
    transport: target.transport,
    open: (era) => session(target.open(era), connection, traces),
    close: () => target.close(),
  };
}

function session(own: TargetSession, connection: string, traces: Traces): TargetSession {
  return {
    request: (message, headers, signal, onStream) =>
      traces.exchange(connection, headers, (onward) => own.request(message, onward, signal, onStream)),
    notify: (message, headers) => own.notify(message, headers),
    listen: (headers, lastEventId, signal) => own.listen(headers, lastEventId, signal),
    close: () => own.close(),
  };
}
