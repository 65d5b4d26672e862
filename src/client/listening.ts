import type { IncomingMessage, ServerResponse } from "node:http";
import { encodeSse } from "../shared/sse.ts";
import { passFollowed } from "./broken-answer.ts";
import type { Heard } from "./heard.ts";
import { EventIds } from "./event-ids.ts";
import { headerValues, plainHeaders } from "./loopback-guard.ts";
import { askedBy, beginAnswer, type Onward } from "./onward.ts";
import { repeated } from "./repeated.ts";
import { wordsFor } from "./unanswered.ts";

/**
 * Serves a legacy client's own stream (`GET`). Once it stands it stays, whatever becomes of the gateway's: that one is opened
 * again, after its last event, since most clients give up after two tries.
 */
export async function keepListening(request: IncomingMessage, response: ServerResponse, onward: Onward): Promise<void> {
  let ids = new EventIds();
  let since = headerValues(request.rawHeaders, "last-event-id")[0] ?? null;
  await repeated(onward.signal, async () => {
    try {
      let answer = await ask(request, onward, ids.last ?? since);
      const isMissed = [400, 405].includes(answer.status) && (ids.last ?? since) !== null;
      if (isMissed) {
        // What came after that event is kept no more, which is no reason to hear nothing from now on.
        answer.drop();
        ids = new EventIds();
        since = null;
        answer = await ask(request, onward, null);
      }
      if (!isStream(answer)) return await refused(answer, response);
      const isNew = !response.headersSent;
      if (isNew) beginAnswer(response, answer.status, answer.headers);
      // What the client knows is of the session before: what it lists may be other now.
      if (isMissed || (answer.isAnew && !isNew)) response.write(changes);
      await passFollowed(answer, response, ids);
    } catch (error) {
      if (onward.signal.aborted || response.destroyed) return "over";
      if (!response.headersSent && !canWait(request, onward)) return unavailable(response, error);
      if (!response.headersSent) beginAnswer(response, 200, { "content-type": "text/event-stream" });
    }
    // Ends an event that was cut, of which the client has the beginning.
    if (ids.isWithin) response.write("\n\n");
    return response.destroyed ? "over" : "again";
  });
  if (!response.writableEnded) response.destroy();
}

/** Says that everything that is listed may have changed. */
export const listChanges = ["tools", "resources", "prompts"].map(
  (what) => `{"jsonrpc":"2.0","method":"notifications/${what}/list_changed"}`,
);
const changes = listChanges.map((data) => encodeSse({ data })).join("");

/** Whether an answer is an event stream, as a `GET` wants it. */
export function isStream(answer: Pick<Heard, "status" | "headers">): boolean {
  return answer.status === 200 && String(answer.headers["content-type"]).startsWith("text/event-stream");
}

async function ask(request: IncomingMessage, onward: Onward, last: string | null): Promise<Heard> {
  const { method = "", rawHeaders } = request;
  const asked = askedBy({ method, headers: rawHeaders }, onward, null);
  const headers = asked.headers.flatMap((name, at) =>
    at % 2 === 1 || name.toLowerCase() === "last-event-id" ? [] : [name, asked.headers[at + 1] ?? ""],
  );
  const since = last === null ? [] : ["last-event-id", last];
  return await onward.conversations.ask({ ...asked, headers: [...headers, ...since] }, onward.client);
}

function canWait({ rawHeaders: headers }: IncomingMessage, { conversations, connection, client }: Onward): boolean {
  return conversations.knows({ headers, connection }, client);
}

async function refused(answer: Heard, response: ServerResponse): Promise<"over"> {
  if (response.headersSent) answer.drop();
  else {
    beginAnswer(response, answer.status, answer.headers);
    await answer.pass(response);
  }
  response.end();
  return "over";
}

function unavailable(response: ServerResponse, error: unknown): "over" {
  const { message, data } = wordsFor(error);
  const headers = { ...plainHeaders, "content-type": "application/json", connection: "close" };
  response.writeHead(503, headers).end(JSON.stringify({ error: { code: data.code, message } }));
  return "over";
}
