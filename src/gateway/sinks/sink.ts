import type { JsonObject } from "../../shared/json.ts";

/** An entry of the ledger on its way to a receiver. `id` is the same however often it is delivered. */
export interface SinkEvent {
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  /** 1 to 6, as OCSF counts severities. */
  readonly severity: number;
  /** The event as OCSF has it (`ocsf.ts`). */
  readonly event: JsonObject;
}

/** An event as a sink writes it. */
export interface WrittenEvent {
  readonly id: string;
  readonly seq: number;
  readonly text: string;
}

/** What a receiver said of events that it took and does not keep; it must not get them again. */
export interface Rejected {
  readonly count: number;
  readonly why: string;
}

/** A receiver of events. */
export interface Sink {
  /** The event's text. Written one by one, since hundreds together would hold up a call. */
  readonly textOf: (event: SinkEvent) => string;
  /**
   * Resolves once all of them were taken, in their order; rejects where it isn't known that they were: then they come again, after the time that
   * an Undelivered names.
   */
  deliver(events: readonly WrittenEvent[], signal: AbortSignal): Promise<Rejected | null>;
  /** The first entry that a receiver took and may have lost since, or null; asked before each delivery, and said once. */
  again?(): number | null;
  close(): Promise<void>;
}

/** A delivery that was refused, and how long the receiver wants to be left alone, in milliseconds. */
export class Undelivered extends Error {
  override readonly name = "Undelivered";
  readonly waitMs: number;

  constructor(why: string, waitMs = 0) {
    super(why);
    this.waitMs = waitMs;
  }
}
