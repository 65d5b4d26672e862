import { once } from "node:events";
import { Writable } from "node:stream";
import { callbackify } from "node:util";
import { isJsonObject, type Json } from "../shared/json.ts";
import { SseParser } from "../shared/sse.ts";
import type { LongMessage, Speaker } from "./speaker.ts";

/** Takes an answer's body, JSON (of this request's `id`) or an event stream (null), and says its messages. */
export class LineAnswer extends Writable {
  readonly #speaker: Speaker;
  readonly #id: string | number | null;
  readonly #parser = new SseParser();
  readonly #answered = new Set<string | number>();
  #chunks: Buffer[] = [];
  #size = 0;
  #long: LongMessage | null = null;

  constructor(speaker: Speaker, id: string | number | null) {
    super();
    this.#speaker = speaker;
    this.#id = id;
    this.on("error", () => undefined);
  }

  get lastEventId(): string {
    return this.#parser.lastEventId;
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
    callbackify(async () => (this.#id === null ? await this.#sayEvents(chunk) : await this.#sayPart(chunk)))(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    callbackify(async () => await this.#end())(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Others wait for their turn behind a long message that was cut.
    void this.#long?.end();
    done(error);
  }

  async #sayEvents(chunk: Buffer): Promise<void> {
    for (const message of parsedEvents(this.#parser, chunk)) {
      const id = isJsonObject(message) && !("method" in message) ? message.id : undefined;
      const answered = typeof id === "string" || typeof id === "number" ? id : null;
      if (answered !== null) this.#answered.add(answered);
      await this.#speaker.say(answered, JSON.stringify(message));
    }
  }

  /** A short message waits until it is whole, so that a slow one keeps no other waiting; a long one is said as it comes. */
  async #sayPart(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    if (this.#size <= shortBytes) {
      this.#chunks.push(chunk);
      return;
    }
    this.#long ??= await this.#speaker.long(this.#id);
    for (const part of [...this.#chunks.splice(0), chunk]) await this.#long.write(part);
  }

  async #end(): Promise<void> {
    if (this.#id === null || this.#size === 0) return;
    this.#answered.add(this.#id);
    if (this.#long === null)
      await this.#speaker.say(
        this.#id,
        Buffer.concat(this.#chunks)
          .toString("utf8")
          .replaceAll(/[\r\n]+/g, " "),
      );
    else {
      const long = this.#long;
      this.#long = null;
      await long.end();
    }
  }
}

const shortBytes = 1024 * 1024;

/** The messages that these bytes of an event stream complete. */
export function parsedEvents(parser: SseParser, chunk: Buffer): readonly Json[] {
  return parser.push(chunk).flatMap(({ data }) => {
    try {
      return data === "" ? [] : [JSON.parse(data) as Json];
    } catch {
      return [];
    }
  });
}
