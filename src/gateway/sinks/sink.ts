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

/** A receiver of events. */
export interface Sink {
  /** Resolves once all of them were taken, in their order; rejects where it isn't known that they were: then they come again. */
  deliver(events: readonly SinkEvent[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
