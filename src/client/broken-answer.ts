import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { callbackify } from "node:util";
import type { Outgoing } from "./caller.ts";
import { EventIds } from "./event-ids.ts";
import { headerValues } from "./loopback-guard.ts";
import type { Onward } from "./onward.ts";
import { written } from "./paced-writes.ts";
import type { SeenBody } from "./seen-body.ts";
import { brokenOff } from "./unanswered.ts";
import type { Answer } from "./upstream/answer.ts";
import type { Asked } from "./upstream/upstream.ts";

/** What is known of the call that an answer belongs to; `body` is null where the answer is no event stream of a call. */
export interface Answered {
  readonly body: SeenBody | null;
  readonly asked: Asked;
  readonly onward: Onward;
}

/**
 * Passes an answer's body on as it comes. Where a call's event stream breaks off, it is taken up again by its last event's id;
 * where that fails the call gets a JSON-RPC error of its own: MCP clients don't take a cut stream for an answer and would
 * wait for their time-out. Rejects where the answer was cut and nothing was to be said.
 */
export async function passOn(answer: Answer, response: Outgoing, call: Answered): Promise<void> {
  const { body, onward } = call;
  const ids = new EventIds();
  try {
    await (body === null ? answer.pass(response) : passFollowed(answer, response, ids));
  } catch (error) {
    if (body === null || onward.signal.aborted || response.destroyed) throw error;
    const { id } = await body.message();
    // What was cut after the answer has nothing left to say: another answer would call it unknown.
    const isAnswered = () => id !== null && ids.answers(id);
    if (!isAnswered() && !(await takenUp(response, ids, call)) && !isAnswered()) {
      if (id === null) throw error;
      const last = { jsonrpc: "2.0", id, error: brokenOff };
      response.write(`\n\nevent: message\ndata: ${JSON.stringify(last)}\n\n`);
    }
  }
  response.end();
}

/** Passes on an event stream whose ids are followed on the way. Settles once `response` has taken all that came, so that what is written next comes after it. */
export async function passFollowed(answer: Answer, response: Outgoing, ids: EventIds): Promise<void> {
  const through = followed(response, ids);
  const leave = () => through.destroy();
  response.once("close", leave);
  try {
    if (response.destroyed) leave();
    await answer.pass(through);
  } finally {
    through.end();
    // Where the client has gone, nothing is left to be taken.
    await finished(through).catch(() => undefined);
    response.off("close", leave);
  }
}

function followed(response: Outgoing, ids: EventIds): Writable {
  const pass = callbackify(async (chunk: Buffer) => await written(response, chunk));
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      ids.push(chunk);
      pass(chunk, done);
    },
  });
}

/** The rest of a legacy call's stream, where the gateway still has it: the network was lost, not the gateway. */
async function takenUp(response: Outgoing, ids: EventIds, { asked, onward }: Answered): Promise<boolean> {
  const session = headerValues(asked.headers, "mcp-session-id");
  for (let turn = 0; turn < mostTurns && ids.last !== null && session.length === 1; turn += 1) {
    const headers = [...withoutBody(asked.headers), "accept", "text/event-stream", "last-event-id", ids.last];
    const again: Asked = { ...asked, method: "GET", body: null, headers, isRepeatable: () => true };
    const rest = await onward.conversations.ask(again, onward.client).catch(() => null);
    if (rest === null) return false;
    const type = String(rest.headers["content-type"]);
    if (rest.isAnew || rest.status !== 200 || !type.startsWith("text/event-stream")) {
      rest.drop();
      return false;
    }
    // Ends an event that was cut, of which the client has the beginning.
    if (ids.isWithin) response.write("\n\n");
    const isWhole = await passFollowed(rest, response, ids).then(
      () => true,
      () => false,
    );
    if (isWhole) return true;
    if (onward.signal.aborted) return false;
  }
  return false;
}

const mostTurns = 5;

function withoutBody(headers: readonly string[]): string[] {
  return headers.flatMap((name, at) =>
    at % 2 === 1 ||
    ["accept", "content-type", "content-length", "transfer-encoding", "last-event-id"].includes(name.toLowerCase())
      ? []
      : [name, headers[at + 1] ?? ""],
  );
}
