import type { Hidden } from "../../shared/approval.ts";
import type { Json } from "../../shared/json.ts";

export interface Masked<T extends Json = Json> {
  readonly value: T;
  /** Every place that was masked, in document order. */
  readonly hidden: readonly Hidden[];
}

/** Masks one connection's payloads: named fields wholly, detector matches within strings (rule 6). */
export interface Masker {
  /** A masked copy; the value itself, the same reference, where nothing was found. */
  mask<T extends Json>(value: T): Masked<T>;
}
