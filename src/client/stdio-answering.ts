import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import type { Heard } from "./heard.ts";
import { answersMark } from "./event-ids.ts";
import { isStream } from "./listening.ts";
import type { Speaker } from "./speaker.ts";
import { LineAnswer, parsedEvents } from "./stdio-answer.ts";
import type { StdioHttp } from "./stdio-http.ts";
import { brokenOff, type Unanswered } from "./unanswered.ts";

type Id = string | number;

/** Says to a stdio client what the gateway answered. */
export class StdioAnswering {
  readonly #speaker: Speaker;
  readonly #http: StdioHttp;

  constructor(speaker: Speaker, http: StdioHttp) {
    this.#speaker = speaker;
    this.#http = http;
  }

  /** An answer as it comes, its rest included where its stream was closed in between; every request has its answer, or an error. Throws once `signal` is aborted. */
  async pass(answer: Heard, id: Id, signal: AbortSignal): Promise<void> {
    if (answer.status >= 400) return await this.#refused(answer, id);
    let part: Heard | null = answer;
    for (let last = ""; part !== null;) {
      const lines = new LineAnswer(this.#speaker, { id, isStream: isStream(part) });
      await passed(part, lines, signal);
      if (lines.has(id)) return;
      // No other stream than an answer's goes on with it; one that says nothing new is over.
      const next: string = lines.lastEventId;
      part = next.startsWith(answersMark) && next !== last ? await this.#rest(next, signal) : null;
      last = next;
    }
    await this.error(id, brokenOff);
  }

  /** A short answer, which is said once it is whole; its last message, or null where it has none. */
  async read(answer: Heard, id: Id, signal: AbortSignal): Promise<JsonObject | null> {
    if (answer.status >= 400) {
      await this.pass(answer, id, signal);
      return null;
    }
    const text = await answer.text(mostListBytes);
    if (text === null) {
      await this.error(id, { ...brokenOff, message: "Countersign: this list is longer than the bridge takes." });
      return null;
    }
    const messages = isStream(answer) ? parsedEvents(text) : [parsed(text)];
    for (const each of messages) await this.#speaker.say(idOf(each), JSON.stringify(each));
    const last = messages.at(-1);
    return isJsonObject(last) ? last : null;
  }

  async error(id: Id | null, error: Unanswered | JsonObject): Promise<void> {
    await this.#speaker.say(id, JSON.stringify({ jsonrpc: "2.0", id, error }));
  }

  async #rest(last: string, signal: AbortSignal): Promise<Heard | null> {
    const rest = await this.#http.listen(last, signal).catch(() => null);
    if (rest === null || (isStream(rest) && !rest.isAnew)) return rest;
    rest.drop();
    return null;
  }

  async #refused(answer: Heard, id: Id): Promise<void> {
    const message = parsed((await answer.text(mostRefusal)) ?? "");
    const error = isJsonObject(message) ? message.error : undefined;
    if (isJsonObject(error) && typeof error.code === "number") return await this.error(id, error);
    const said = isJsonObject(error) && typeof error.message === "string" ? error.message : `HTTP ${answer.status}`;
    const code = isJsonObject(error) && typeof error.code === "string" ? error.code : "transient";
    // The gateway's own refusals come before anything is forwarded; from 500 on, what stands before it may speak of a call that runs.
    const outcome = answer.status < 500 ? "not_run" : "unknown";
    await this.error(id, { ...brokenOff, message: `Countersign: ${said}`, data: { code, outcome } });
  }
}

const mostListBytes = 16 * 1024 * 1024;
const mostRefusal = 64 * 1024;

/** All that came of it is said, whether it was cut or not. */
async function passed(answer: Heard, lines: LineAnswer, signal: AbortSignal): Promise<void> {
  try {
    await answer.pass(lines);
  } catch (error) {
    if (signal.aborted) {
      lines.destroy();
      throw error;
    }
    // A JSON body that was cut is no answer.
    if (!isStream(answer)) return void lines.destroy();
  }
  await lines.finished();
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function idOf(message: Json): Id | null {
  if (!isJsonObject(message) || "method" in message) return null;
  return typeof message.id === "string" || typeof message.id === "number" ? message.id : null;
}
