import { CountersignError } from "../shared/errors.ts";
import { SseParser, type SseEvent } from "../shared/sse.ts";

/** What comes of an event stream: whole events, and the data of one that is too long to be held as it comes. */
export type EventPart =
  | { readonly kind: "event"; readonly event: SseEvent }
  | { readonly kind: "begin"; readonly id: string | undefined }
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "end" };

/** How much of a line is held until it is whole, in bytes. */
const mostHeld = 1024 * 1024;

/**
 * Parts the gateway's event streams (HTML, "Server-sent events", section 9.2.6) without holding a long event: the gateway writes the data
 * of one in a single line, which a line feed ends.
 */
export class EventParts {
  readonly #parser = new SseParser();
  /** The unfinished line. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isLong = false;

  /** As `SseParser` has it. */
  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  /** As `SseParser` has it. */
  get retryMs(): number | undefined {
    return this.#parser.retryMs;
  }

  /** What these bytes bring. Throws CountersignError `too_large` for a long line that is no data. */
  *push(chunk: Buffer): Generator<EventPart, void> {
    let rest = chunk;
    while (rest.length > 0) rest = this.#isLong ? yield* this.#long(rest) : yield* this.#short(rest);
  }

  *#short(chunk: Buffer): Generator<EventPart, Buffer> {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      const lines = this.#taken(chunk.subarray(0, end));
      for (const event of this.#parser.push(lines)) yield { kind: "event", event };
    }
    this.#held.push(chunk.subarray(end));
    this.#heldBytes += chunk.length - end;
    if (this.#heldBytes <= mostHeld) return nothing;
    const line = this.#taken(nothing);
    if (line.toString("latin1", 0, dataField.length) !== dataField)
      throw new CountersignError("too_large", `A line of the stream is longer than ${mostHeld} bytes.`);
    this.#isLong = true;
    yield { kind: "begin", id: this.#parser.idUnderWay };
    return line.subarray(dataField.length);
  }

  *#long(chunk: Buffer): Generator<EventPart, Buffer> {
    const end = chunk.indexOf(newline);
    const bytes = end < 0 ? chunk : chunk.subarray(0, end);
    if (bytes.length > 0) yield { kind: "data", bytes };
    if (end < 0) return nothing;
    this.#isLong = false;
    yield { kind: "end" };
    return chunk.subarray(end + 1);
  }

  #taken(more: Buffer): Buffer {
    const all = this.#held.length === 0 ? more : Buffer.concat([...this.#held, more]);
    this.#held = [];
    this.#heldBytes = 0;
    return all;
  }
}

const newline = 0x0a;
const dataField = "data: ";
const nothing = Buffer.alloc(0);
