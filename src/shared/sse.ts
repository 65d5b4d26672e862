import { CountersignError } from "./errors.ts";

/** One dispatched event of an event stream. `id` only where this event carried one. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** The largest event that is taken, in characters. */
const maxEventLength = 64 * 1024 * 1024;

/**
 * Incremental parser of `text/event-stream` (HTML, "Server-sent events", section 9.2.6): bytes in, whole events out.
 * Throws CountersignError `too_large` for an event above the limit.
 */
export class SseParser {
  readonly #maxLength: number;
  // As the specification wants it: invalid bytes become U+FFFD, one leading byte order mark is dropped.
  readonly #decoder = new TextDecoder("utf-8");
  /** The unfinished line, in pieces: joined once it ends, so that a long line costs linear time. */
  #pieces: string[] = [];
  #afterCr = false;
  #length = 0;
  #data: string[] = [];
  #event = "";
  #id: string | undefined;
  #lastEventId = "";
  #retryMs: number | undefined;

  constructor(maxLength: number = maxEventLength) {
    this.#maxLength = maxLength;
  }

  /** The id to resume after (`Last-Event-ID`), empty where there is none; also of events without data. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The id that the event under way gave, where it did so before its data. */
  get idUnderWay(): string | undefined {
    return this.#id;
  }

  /** The reconnection time the stream asked for, in milliseconds. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** The events that these bytes complete. */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let text = this.#decoder.decode(chunk, { stream: true });
    if (text.length === 0) return events;
    // The second half of a CRLF that was split between two chunks.
    if (this.#afterCr && text.startsWith("\n")) text = text.slice(1);
    let start = 0;
    for (const { 0: ending, index } of text.matchAll(/\r\n|\n|\r/g)) {
      this.#keep(text.slice(start, index));
      this.#line(this.#pieces.length === 1 ? (this.#pieces[0] ?? "") : this.#pieces.join(""), events);
      this.#pieces = [];
      start = index + ending.length;
    }
    this.#afterCr = text.endsWith("\r");
    this.#keep(text.slice(start));
    return events;
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#maxLength) {
      throw new CountersignError("too_large", `An event of the stream is longer than ${this.#maxLength} characters.`);
    }
    if (piece.length > 0) this.#pieces.push(piece);
  }

  #line(line: string, events: SseEvent[]): void {
    if (line === "") return this.#dispatch(events);
    const colon = line.indexOf(":");
    if (colon === 0) {
      this.#length -= line.length; // a comment: counts for nothing
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d{1,15}$/.test(value)) this.#retryMs = Number(value);
  }

  #dispatch(events: SseEvent[]): void {
    const id = this.#id;
    if (id !== undefined) this.#lastEventId = id;
    if (this.#data.length > 0) {
      const event = this.#event === "" ? "message" : this.#event;
      const data = this.#data.length === 1 ? (this.#data[0] ?? "") : this.#data.join("\n");
      events.push(id === undefined ? { event, data } : { event, data, id });
    }
    this.#data = [];
    this.#event = "";
    this.#id = undefined;
    this.#length = 0;
  }
}

/** The text of one event. Throws CountersignError `bad_request` for an id or name that would break the framing. */
export function encodeSse(event: { readonly data: string; readonly event?: string; readonly id?: string }): string {
  const name = event.event === undefined ? "" : `event: ${singleLine(event.event)}\n`;
  const id = event.id === undefined ? "" : `id: ${singleLine(event.id)}\n`;
  const data = event.data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("");
  return `${id}${name}${data}\n`;
}

/** An event that hands out an id to resume after and carries nothing (2025-11-25, "Sending Messages to the Server"). */
export function encodeSsePriming(id: string, retryMs: number | undefined): string {
  const retry = retryMs === undefined ? "" : `retry: ${Math.round(retryMs)}\n`;
  return `id: ${singleLine(id)}\n${retry}data: \n\n`;
}

/** A comment: a sign of life that no client reads as a message. */
export function encodeSseComment(text: string): string {
  return `: ${singleLine(text)}\n\n`;
}

function singleLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new CountersignError("bad_request", "An event's id or name must be one line.");
  return text;
}
