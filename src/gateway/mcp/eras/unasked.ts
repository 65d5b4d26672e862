import { setTimeout as delay } from "node:timers/promises";
import { TargetError, type ProtocolHeaders, type RpcMessage, type TargetSession } from "../../../shared/target.ts";

/** Tries in a row that brought nothing, before a target's own stream is given up. */
const attempts = 5;
const firstRetryMs = 250;

/**
 * Hears what a legacy target says outside of its answers, for as long as the session lives: taken up again where its stream breaks. Resolves
 * "lost" where the target has ended the session, "over" where it has no such stream (any more). Never rejects.
 */
export async function hearUnasked(
  session: TargetSession,
  headers: ProtocolHeaders,
  signal: AbortSignal,
  onMessage: (message: RpcMessage) => void,
): Promise<"lost" | "over"> {
  let lastEventId: string | undefined;
  for (let tries = 0; tries < attempts && !signal.aborted; tries += 1) {
    try {
      for await (const { message, eventId } of session.listen(headers, lastEventId, signal)) {
        tries = 0;
        lastEventId = eventId ?? lastEventId;
        onMessage(message);
      }
    } catch (error) {
      if (signal.aborted) return "over";
      if (!(error instanceof TargetError) || error.reason === "session-lost") return "lost";
      if (error.reason === "http" || error.reason === "protocol") return "over";
    }
    await delay(firstRetryMs * 2 ** tries * (1 + Math.random() / 4), undefined, { signal }).catch(() => undefined);
  }
  return "over";
}
