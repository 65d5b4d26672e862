import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { callbackify } from "node:util";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { Departure, type Ending } from "../departure.ts";
import type { Heard } from "../heard.ts";
import { isStream } from "../listening.ts";
import { inOneLine } from "../one-line.ts";
import { written } from "../paced-writes.ts";
import { wordsFor } from "../unanswered.ts";

/** A call that waits, as far as its client is told of it meanwhile. */
export interface Waiting {
  readonly id: string | number;
  /** Where the client asked for progress. */
  readonly progressToken: string | number | null;
  /** What is said with each sign of progress. */
  readonly says: string;
  /** Resolves with the gateway's answer. Throws what the client is told instead; ends once the signal does. */
  readonly answer: (left: Ending) => Promise<Heard>;
}

/** An event stream that begins now, so that the client sees a sign of life while its call waits, and goes on with the call's answer. */
export function waitingAnswer(waiting: Waiting): Heard {
  const left = new Departure();
  const leave = (): void => left.abort();
  return {
    status: 200,
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    isAnew: false,
    async pass(into) {
      into.once("close", leave);
      const stop = showWaiting(waiting, into);
      let answer: Heard;
      try {
        answer = await waiting.answer(left);
      } catch (error) {
        say(into, { jsonrpc: "2.0", id: waiting.id, error: { ...wordsFor(error) } });
        return;
      } finally {
        stop();
        into.off("close", leave);
      }
      if (isStream(answer)) await answer.pass(into);
      else await passAsEvent(answer, waiting.id, into);
    },
    // Asked for of short answers and refusals, which this is neither.
    text: async () => null,
    drop: leave,
  };
}

/** Rising progress where the client gave a token, comments otherwise. What comes after begins at 1 or goes on from 0, so these stay far below. */
function showWaiting({ progressToken, says }: Waiting, into: Writable): () => void {
  let progress = 0;
  const tell = (): void => {
    if (into.destroyed) return;
    progress += smallStep;
    if (progressToken === null) into.write(": waiting\n\n");
    else {
      const params = { progressToken, progress, message: says };
      say(into, { jsonrpc: "2.0", method: "notifications/progress", params });
    }
  };
  tell();
  const timer = setInterval(tell, everyMs);
  return () => clearInterval(timer);
}

const everyMs = 15_000;
const smallStep = 1e-6;

function say(into: Writable, message: Json): void {
  into.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

/** An answer of one JSON text, as the stream's last event: a line break between its tokens means nothing, one within them there is none. */
async function passAsEvent(answer: Heard, id: string | number, into: Writable): Promise<void> {
  if (answer.status >= 400) return await passRefusal(answer, id, into);
  into.write("event: message\ndata: ");
  const pass = callbackify(async (chunk: Buffer) => await written(into, inOneLine(chunk)));
  const line = new Writable({ write: (chunk: Buffer, _encoding, done) => pass(chunk, done) });
  const { whole = null } = answer;
  if (whole === null) await answer.pass(line);
  else line.write(whole);
  line.end();
  await finished(line);
  into.write("\n\n");
}

/** The gateway's own refusals are JSON-RPC errors, or say their code; nothing of the call was run. */
async function passRefusal(answer: Heard, id: string | number, into: Writable): Promise<void> {
  const text = answer.whole?.toString("utf8") ?? (await answer.text(mostRefusal));
  const said = parsed(text ?? "");
  const error = isJsonObject(said) && isJsonObject(said.error) ? said.error : null;
  if (error !== null && typeof error.code === "number") return say(into, { jsonrpc: "2.0", id, error });
  const why = typeof error?.message === "string" ? error.message : `HTTP ${answer.status}`;
  const outcome = answer.status < 500 ? "not_run" : "unknown";
  const code = typeof error?.code === "string" ? error.code : "transient";
  say(into, { jsonrpc: "2.0", id, error: { code: -32_000, message: `Countersign: ${why}`, data: { code, outcome } } });
}

const mostRefusal = 64 * 1024;

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
