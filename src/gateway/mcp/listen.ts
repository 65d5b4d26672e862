import { setTimeout as delay } from "node:timers/promises";
import { TargetError, type ProtocolHeaders } from "../../shared/target.ts";
import type { Visit } from "./endpoint.ts";
import { invalidRequestCode } from "./classify.ts";
import { passOn } from "./forward.ts";
import { errorMessage, Reply, sendJson } from "./reply.ts";
import type { Session } from "./sessions.ts";

/** A target that has no such stream says so at once; after this long without a word the stream counts as open. */
const refusalMs = 300;
const beatMs = 15_000;

/** The stream of what a target says unasked (legacy GET), masked. */
export async function listen(
  { gate, request, response, connection }: Visit,
  session: Session,
  headers: ProtocolHeaders,
): Promise<void> {
  const reply = new Reply(response, session.id);
  const last = request.headers["last-event-id"];
  // A stream without end of its own ends with the gateway; its client takes it up again elsewhere.
  const over = AbortSignal.any([reply.gone, gate.draining]);
  const said = session.target.listen(headers, typeof last === "string" ? last : undefined, over);
  const messages = said[Symbol.asyncIterator]();
  const beat = setInterval(() => reply.comment(), beatMs);
  try {
    let next = messages.next();
    next.catch(() => undefined);
    await Promise.race([next, delay(refusalMs)]);
    reply.open();
    for (;;) {
      const { value, done } = await next;
      if (done === true) break;
      await passOn(
        { session: session.target, headers, masker: connection.masker, onMessage: (message) => reply.message(message) },
        value,
      );
      next = messages.next();
    }
  } catch (error) {
    if (over.aborted) return;
    if (!(error instanceof TargetError)) throw error;
    if (!response.headersSent) {
      const status = error.reason === "session-lost" ? 404 : (error.status ?? 502);
      sendJson(
        response,
        status,
        errorMessage(null, { code: invalidRequestCode, message: "The target opens no such stream." }),
      );
    }
  } finally {
    clearInterval(beat);
    response.end();
  }
}
