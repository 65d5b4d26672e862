import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import { introductionOf } from "./introduction.ts";
import { isStream, listChanges } from "./listening.ts";
import type { Onward } from "./onward.ts";
import { repeated } from "./repeated.ts";
import type { Speaker } from "./speaker.ts";
import { LineAnswer } from "./stdio-answer.ts";
import { StdioAnswering } from "./stdio-answering.ts";
import { StdioHttp } from "./stdio-http.ts";
import { wordsFor } from "./unanswered.ts";

type Id = string | number;
/** Its signal is joined with those of single requests. */
type BridgedOnward = Onward & { readonly signal: AbortSignal };

/** One stdio client's conversation, spoken to the gateway as Streamable HTTP, in either era. */
export class StdioConversation {
  readonly #onward: BridgedOnward;
  readonly #speaker: Speaker;
  readonly #http: StdioHttp;
  readonly #answering: StdioAnswering;
  readonly #underWay = new Map<Id, AbortController>();
  #opening: Promise<void> = Promise.resolve();
  #listens = false;

  constructor(onward: BridgedOnward, speaker: Speaker) {
    this.#onward = onward;
    this.#speaker = speaker;
    this.#http = new StdioHttp(onward);
    this.#answering = new StdioAnswering(speaker, this.#http);
  }

  /** A line of the client's. Never throws: a request that can't be passed on is answered. */
  async take(line: Buffer): Promise<void> {
    const message = parsed(line.toString("utf8"));
    const before = this.#opening;
    const done = before.then(() => this.#takeMessage(line, message));
    // What comes after these two belongs to the session that they open; over HTTP it could overtake them.
    const method = isJsonObject(message) ? message.method : null;
    if (method === "initialize" || method === "notifications/initialized") this.#opening = done;
    await done;
  }

  /** The client has gone. */
  close(): void {
    this.#http.end();
  }

  async #takeMessage(line: Buffer, message: Json): Promise<void> {
    if (!isJsonObject(message)) return await this.#answering.error(null, notJson);
    const said = introductionOf(message);
    if (said !== null) this.#onward.introduce(said);
    const { method, id } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    if (typeof method !== "string") return await this.#tell(line, null, {});
    if (typeof id === "string" || typeof id === "number") return await this.#request(line, id, method, params);
    const cancelled = method === "notifications/cancelled" ? params.requestId : undefined;
    // Modern: over HTTP a request is cancelled by leaving it.
    if (!this.#http.hasSession && (typeof cancelled === "string" || typeof cancelled === "number"))
      return this.#underWay.get(cancelled)?.abort();
    await this.#tell(line, method, params);
    if (method === "notifications/initialized" && this.#http.hasSession && !this.#listens) void this.#listen();
  }

  async #request(line: Buffer, id: Id, method: string, params: JsonObject): Promise<void> {
    const cancel = new AbortController();
    this.#underWay.set(id, cancel);
    const signal = AbortSignal.any([cancel.signal, this.#onward.signal]);
    const answering = this.#answering;
    try {
      const answer = await this.#http.post({ bytes: line, method, params }, signal);
      if (method === "initialize") {
        const session = answer.headers["mcp-session-id"];
        this.#http.begun(session, (await answering.read(answer, id, signal))?.result);
      } else if (method === "tools/list") this.#http.listed((await answering.read(answer, id, signal))?.result);
      else await answering.pass(answer, id, signal);
    } catch (error) {
      if (!signal.aborted) await answering.error(id, wordsFor(error));
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #tell(line: Buffer, method: string | null, params: JsonObject): Promise<void> {
    await this.#http.post({ bytes: line, method, params }).then(
      (answer) => answer.drop(),
      () => undefined, // nobody waits for it
    );
  }

  /** The stream on which a legacy server says what nobody asked for. */
  async #listen(): Promise<void> {
    this.#listens = true;
    let last = "";
    let began = false;
    await repeated(this.#onward.signal, async () => {
      try {
        const answer = await this.#http.listen(last);
        if (!isStream(answer)) {
          answer.drop();
          // Kept no more, or no stream at all.
          const isOver = last === "";
          last = "";
          return isOver ? "over" : "again";
        }
        if (answer.isAnew && began) for (const change of listChanges) await this.#speaker.say(null, change);
        began = true;
        const lines = new LineAnswer(this.#speaker, { id: null, isStream: true });
        await answer.pass(lines).finally(() => (last = lines.lastEventId === "" ? last : lines.lastEventId));
        return "again";
      } catch {
        return this.#onward.signal.aborted ? "over" : "again";
      }
    });
    this.#listens = false;
  }
}

const notJson: JsonObject = { code: -32_700, message: "Countersign: this line is no JSON-RPC message." };

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
