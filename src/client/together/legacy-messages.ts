import type { Json, JsonObject } from "../../shared/json.ts";
import type { Heard } from "../heard.ts";
import { answerEventId } from "./event-place.ts";
import { listAnswer, namesNothing, type Asking, type Listing } from "./listing.ts";
import { lists } from "./lists.ts";
import { methodNotFound } from "./one-server.ts";
import { rewrittenAnswer } from "./rewritten-answer.ts";
import { splitId } from "./rewriting.ts";
import { errorOf, said } from "./said.ts";
import type { Borrowed, TogetherSession } from "./session.ts";
import type { UnaskedStreams } from "./unasked-streams.ts";

/** What requests of all sessions share. */
export interface Site {
  readonly connections: () => readonly string[];
  readonly listing: Listing;
  readonly streams: UnaskedStreams;
}

interface Request {
  readonly id: Json;
  readonly method: string;
  readonly params: JsonObject;
}

/** Answers a request of a session's: itself, or by the connection that it is for. Throws `Refused`, and what the way to the gateway throws. */
export async function answerRequest(
  session: TogetherSession,
  { id, method, params }: Request,
  borrowed: Borrowed,
  { connections, listing, streams }: Site,
): Promise<Heard> {
  const own = { session: session.id };
  if (method === "ping") return said({ jsonrpc: "2.0", id, result: {} }, own);
  if (method === "logging/setLevel") {
    session.wishes.level(params);
    for (const each of session.opened) void pass(session, each, { jsonrpc: "2.0", id, method, params }, borrowed);
    return said({ jsonrpc: "2.0", id, result: {} }, own);
  }
  const asking: Asking = {
    connections: connections(),
    ask: (connection, message) => session.ask(connection, "POST", message, borrowed),
    onLate: (of) => streams.tell(session, `notifications/${of.split("/")[0] ?? ""}/list_changed`),
  };
  if (lists.has(method)) return said(listAnswer(id, await listing.list(method, params, asking)), own);
  if (!callable.test(method)) return said(errorOf(id, methodNotFound, `the method ${method} is not known here.`), own);
  const routed = await listing.route(method, params, {}, asking);
  if (routed === null) return said(namesNothing(id), own);
  const { connection } = routed;
  session.sent(id, connection);
  session.wishes.note(connection, method, routed.params);
  const answer = await asking.ask(connection, { jsonrpc: "2.0", id, method, params: routed.params });
  return rewrittenAnswer(answer, connection, session.id, (each) => answerEventId(connection, each));
}

/** A notification of the client's goes to whom it concerns, and to nobody else. */
export async function passNotification(
  session: TogetherSession,
  method: string,
  params: JsonObject,
  borrowed: Borrowed,
): Promise<void> {
  const message = { jsonrpc: "2.0", method };
  if (method === "notifications/cancelled") {
    const connection = params.requestId === undefined ? undefined : session.placeOf(params.requestId);
    if (connection !== undefined) await pass(session, connection, { ...message, params }, borrowed);
  } else if (method === "notifications/progress") {
    const place = splitId(params.progressToken);
    if (place === null || !session.opened.includes(place.connection)) return;
    await pass(session, place.connection, { ...message, params: { ...params, progressToken: place.id } }, borrowed);
  } else if (method === "notifications/roots/list_changed")
    await Promise.all(session.opened.map((each) => pass(session, each, { ...message, params }, borrowed)));
}

/** Passes on what needs no answer. */
export async function pass(
  session: TogetherSession,
  connection: string,
  message: JsonObject,
  borrowed: Borrowed,
): Promise<void> {
  await session.ask(connection, "POST", message, borrowed).then(
    (answer) => answer.drop(),
    () => undefined, // nobody waits for it
  );
}

const callable = /^(tools\/call|prompts\/get|resources\/(read|subscribe|unsubscribe)|completion\/complete)$/;
