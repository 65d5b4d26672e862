import type { Exchange } from "./context.ts";
import type { Request } from "./record.ts";

/** Aborts when nobody waits for the call any more. A modern client that disconnects has cancelled; a legacy one has not (2025-11-25, "Sending messages"). */
export function lifetime(exchange: Exchange, request: Request): AbortSignal {
  if (request.era === "legacy") return exchange.cancelled;
  const { gone } = exchange.reply;
  if (request.method !== "subscriptions/listen") return gone;
  // A subscription has no end of its own.
  const { draining, lasting } = exchange.gate;
  return AbortSignal.any([gone, draining, lasting.signal(exchange.caller.admission, "over", gone)]);
}

/** Closes our side of a session that the target has ended. */
export async function finish(exchange: Exchange, sessionLost: boolean): Promise<void> {
  if (sessionLost) await exchange.gate.sessions.close(exchange.session, "the target ended it");
}
