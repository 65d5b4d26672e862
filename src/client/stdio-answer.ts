import { once } from "node:events";
import { Writable } from "node:stream";
import { callbackify } from "node:util";
import { isJsonObject, type Json } from "../shared/json.ts";
import { SseParser } from "../shared/sse.ts";
import { isAnswerTo } from "./event-ids.ts";
import { EventParts, type EventPart } from "./event-parts.ts";
import type { LongMessage, Speaker } from "./speaker.ts";

/** What is being answered, and by what: JSON, or an event stream. */
export interface Answering {
  /** The request's; null where the stream answers none. */
  readonly id: string | number | null;
  readonly isStream: boolean;
}

/** Takes an answer's body and says its messages. */
export class LineAnswer extends Writable {
  readonly #speaker: Speaker;
  readonly #asked: Answering;
  readonly #parts = new EventParts();
  readonly #answered = new Set<string | number>();
  #chunks: Buffer[] = [];
  #size = 0;
  #long: { readonly message: LongMessage; readonly answers: string | number | null } | null = null;

  constructor(speaker: Speaker, asked: Answering) {
    super();
    this.#speaker = speaker;
    this.#asked = asked;
    this.on("error", () => undefined);
  }

  get lastEventId(): string {
    return this.#parts.lastEventId;
  }

  /** Whether this request has had its answer. */
  has(id: string | number): boolean {
    return this.#answered.has(id);
  }

  /** Resolves once all that came has been said. */
  async finished(): Promise<void> {
    this.end();
    if (!this.writableFinished && !this.destroyed) await once(this, "finish");
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    callbackify(async () => (this.#asked.isStream ? await this.#sayEvents(chunk) : await this.#sayPart(chunk)))(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    callbackify(async () => (this.#asked.isStream ? await this.#cut() : await this.#end()))(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.#cut();
    done(error);
  }

  /** Others wait for their turn behind a long message that was cut. */
  async #cut(): Promise<void> {
    const long = this.#long;
    this.#long = null;
    await long?.message.end();
  }

  async #sayEvents(chunk: Buffer): Promise<void> {
    for (const part of this.#parts.push(chunk)) await this.#sayEvent(part);
  }

  async #sayEvent(part: EventPart): Promise<void> {
    if (part.kind === "event") return await this.#sayMessage(part.event.data);
    if (part.kind === "end") return await this.#endLong();
    if (part.kind === "begin") return;
    await this.#sayLong(part.bytes);
  }

  async #sayMessage(data: string): Promise<void> {
    for (const message of parsedData(data)) {
      const id = isJsonObject(message) && !("method" in message) ? message.id : undefined;
      const answered = typeof id === "string" || typeof id === "number" ? id : null;
      if (answered !== null) this.#answered.add(answered);
      await this.#speaker.say(answered, JSON.stringify(message));
    }
  }

  /** A short message waits until it is whole, so that a slow one keeps no other waiting; a long one is said as it comes. */
  async #sayPart(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#size <= shortBytes) return;
    for (const part of this.#chunks.splice(0)) await this.#sayLong(part);
  }

  async #sayLong(bytes: Buffer): Promise<void> {
    const { id, isStream } = this.#asked;
    // The first bytes of a long message are more than its head.
    const answers = this.#long?.answers ?? (id !== null && (!isStream || isAnswerTo(id, bytes)) ? id : null);
    this.#long ??= { message: await this.#speaker.long(answers), answers };
    await this.#long.message.write(bytes);
  }

  async #endLong(): Promise<void> {
    const answers = this.#long?.answers ?? null;
    if (answers !== null) this.#answered.add(answers);
    await this.#cut();
  }

  async #end(): Promise<void> {
    const { id } = this.#asked;
    if (this.#long !== null) return await this.#endLong();
    if (id === null || this.#size === 0) return;
    this.#answered.add(id);
    const text = Buffer.concat(this.#chunks).toString("utf8");
    await this.#speaker.say(id, text.replaceAll(/[\r\n]+/g, " "));
  }
}

const shortBytes = 1024 * 1024;

/** The messages of a whole event stream. */
export function parsedEvents(text: string): readonly Json[] {
  return new SseParser().push(Buffer.from(text)).flatMap(({ data }) => parsedData(data));
}

/** An event's message; none where it is empty, or no JSON. */
function parsedData(data: string): readonly Json[] {
  try {
    return data === "" ? [] : [JSON.parse(data) as Json];
  } catch {
    return [];
  }
}
