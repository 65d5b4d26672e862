import { setTimeout as delay } from "node:timers/promises";
import { TargetError, type ProtocolHeaders } from "../../shared/target.ts";
import { invalidRequestCode } from "./classify.ts";
import { ask, noteCancelled, type Stage } from "./asking.ts";
import { passOn } from "./forward.ts";
import { resume } from "./resume.ts";
import { errorMessage } from "./rpc-failure.ts";
import { Reply } from "./reply.ts";
import { sendJson } from "../send-json.ts";
import type { Session } from "./sessions.ts";
import type { Visit } from "./visit.ts";

/** A target that has no such stream says so at once; after this long without a word the stream counts as open. */
const refusalMs = 300;
const beatMs = 15_000;

/** The stream of what a target says unasked (legacy GET), masked. */
export async function listen(visit: Visit, session: Session, headers: ProtocolHeaders): Promise<void> {
  const { gate, request, response } = visit;
  const last = request.headers["last-event-id"];
  const kept = typeof last === "string" ? session.streams.find(last) : null;
  if (kept === "gone") {
    const message = "This stream can't be taken up again: it is kept no more.";
    return sendJson(response, 400, errorMessage(null, { code: invalidRequestCode, message }));
  }
  if (kept !== null) return await resume(response, session.id, kept);
  const reply = new Reply(response, session.id);
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
      const now = standing(visit, session);
      if (now === null) break;
      const { connection } = now;
      noteCancelled(session, value.message);
      gate.tools.hear(connection, value.message);
      await passOn(
        {
          masker: connection.masker,
          onMessage: (message) => reply.message(message),
          onAsked: (message) => ask(stageOf(now, session, headers, reply), message),
        },
        value,
      );
      next = messages.next();
    }
  } catch (error) {
    if (over.aborted) return;
    if (!(error instanceof TargetError)) throw error;
    if (!response.headersSent) {
      const message = "The target opens no such stream.";
      sendJson(response, refusedBy(error), errorMessage(null, { code: invalidRequestCode, message }));
    }
  } finally {
    clearInterval(beat);
    response.end();
    messages.return?.()?.catch(() => undefined); // told above
  }
}

/** The visit by the configuration and token of now: such a stream may outlive those that it was opened with. Null where it could not be opened any more. */
function standing(visit: Visit, session: Session): Visit | null {
  const runtime = visit.gate.runtime();
  const connection = runtime.connections.get(visit.connection.name);
  const principal = visit.gate.present.current(visit.caller.principal.id);
  if (principal === undefined || connection?.place !== session.place) return null;
  if (!runtime.policy.mayReach(principal, connection.name)) return null;
  return { ...visit, runtime, connection, caller: { ...visit.caller, principal } };
}

/** Any other status of the target's would read as the gateway's own word on token, session or address. */
function refusedBy({ reason, status }: TargetError): number {
  if (reason === "session-lost") return 404;
  if (status === 404) return 405;
  return status === 400 || status === 405 ? status : 502;
}

/** Where requests come from that belong to no call. */
function stageOf(
  { gate, runtime, caller, connection }: Visit,
  session: Session,
  headers: ProtocolHeaders,
  reply: Reply,
): Stage {
  return { gate, runtime, caller, connection, session, headers, call: null, reaches: () => reply.reaches };
}
