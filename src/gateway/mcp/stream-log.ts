import { randomBytes } from "node:crypto";
import { encodeSsePriming } from "../../shared/sse.ts";
import type { RpcMessage } from "../../shared/target.ts";

/** What one session's streams may keep together, in characters: the oldest stream goes first. */
const mostKept = 1024 * 1024;
const mostLogs = 32;

/**
 * The events of one answer's stream under ids of our own, kept so that its client can take it up again (2025-11-25, "Resumability and
 * Redelivery"). What is kept is masked, in memory, and ends with the session.
 */
export class StreamLog {
  readonly key = randomBytes(9).toString("base64url");
  /** Event texts; an event's id is its place. */
  readonly #events: string[] = [];
  #said = 0;
  #kept = 0;
  #ended = false;
  #dropped = false;
  #readers = 0;
  #news = Promise.withResolvers<void>();

  get kept(): number {
    return this.#kept;
  }

  /** Whether somebody has taken it up again and reads. */
  get isRead(): boolean {
    return this.#readers > 0;
  }

  /** Whether it can be taken up again no more. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** The event that hands out the first id and says nothing. */
  prime(retryMs: number | undefined): string {
    return this.#keep(encodeSsePriming(this.#nextId(), retryMs));
  }

  push(message: RpcMessage): string {
    return this.#keep(`id: ${this.#nextId()}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** The id of an event that is too long to be kept: the stream can't be taken up again. */
  passOver(): string {
    const id = this.#nextId();
    this.#said += 1;
    this.drop();
    return id;
  }

  /** Nothing comes after this. */
  end(): void {
    this.#ended = true;
    this.#news.resolve();
  }

  /** Keeps nothing from here on, however much is still said. Who had taken it up again gets no more of it. */
  drop(): void {
    this.#dropped = true;
    this.#events.length = 0;
    this.#kept = 0;
    this.end();
  }

  /** The events after this place, those still to come included, until the last. */
  async *after(place: number, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const gone = Promise.withResolvers<void>();
    const leave = (): void => gone.resolve();
    signal.addEventListener("abort", leave, { once: true });
    this.#readers += 1;
    try {
      for (let next = place + 1; !signal.aborted;) {
        const text = this.#events[next];
        if (text !== undefined) {
          next += 1;
          yield text;
        } else if (this.#ended) return;
        else await Promise.race([this.#news.promise, gone.promise]);
      }
    } finally {
      this.#readers -= 1;
      signal.removeEventListener("abort", leave);
    }
  }

  #nextId(): string {
    return `${ownMark}${this.key}.${this.#said}`;
  }

  #keep(text: string): string {
    this.#said += 1;
    if (this.#dropped) return text;
    this.#events.push(text);
    this.#kept += text.length;
    this.#news.resolve();
    this.#news = Promise.withResolvers();
    return text;
  }
}

/** The streams of one session that can be taken up again. */
export class StreamLogs {
  readonly #logs = new Map<string, StreamLog>();

  open(): StreamLog {
    const log = new StreamLog();
    this.#logs.set(log.key, log);
    return log;
  }

  /** Where to go on after this event: null where the id is none of ours (the target's own), "gone" where the stream is kept no more. */
  find(lastEventId: string): { readonly log: StreamLog; readonly place: number } | "gone" | null {
    if (!lastEventId.startsWith(ownMark)) return null;
    const [key = "", place = ""] = lastEventId.slice(ownMark.length).split(".");
    const log = this.#logs.get(key);
    return log === undefined || !/^\d{1,9}$/.test(place) ? "gone" : { log, place: Number(place) };
  }

  /** Lets the oldest go where more is kept than may be. */
  trim(): void {
    for (const [key, log] of this.#logs) if (log.dropped) this.#logs.delete(key);
    let kept = [...this.#logs.values()].reduce((sum, log) => sum + log.kept, 0);
    for (const [key, log] of this.#logs) {
      if (kept <= mostKept && this.#logs.size <= mostLogs) return;
      this.#logs.delete(key);
      kept -= log.kept;
      log.drop();
    }
  }
}

/** Begins every event id that is the gateway's own. */
const ownMark = "cs.";
