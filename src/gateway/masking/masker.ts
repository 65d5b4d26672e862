import type { Hidden } from "../../shared/approval.ts";
import type { Json } from "../../shared/json.ts";
import type { DetectorName } from "./digits.ts";
import { createNames } from "./names.ts";
import { Walk } from "./walk.ts";

interface Masked<T extends Json = Json> {
  readonly value: T;
  /** Every place that was masked, in document order. */
  readonly hidden: readonly Hidden[];
}

/** Masks one connection's payloads: named fields wholly, detector matches within strings (rule 6). */
export interface Masker {
  /** A masked copy; the value itself, the same reference, where nothing was found. */
  mask<T extends Json>(value: T): Masked<T>;
}

export interface MaskerOptions {
  readonly detectors: readonly DetectorName[];
  /** Names of members whose whole value is masked, at any depth, whatever their case. */
  readonly fields: readonly string[];
}

/**
 * A masker for these detectors and fields. It looks into member names, strings, numbers, and JSON within strings; the places it reports are
 * named by masked names, and go on into such JSON. Time is linear in the payload's size.
 */
export function createMasker(options: MaskerOptions): Masker {
  const detectors = new Set(options.detectors);
  const names = createNames(options.fields, detectors);
  return {
    mask<T extends Json>(value: T) {
      const walk = new Walk(detectors, names);
      // A masked value has the shape of its original but for the places in `hidden`.
      return { value: walk.value(value, false) as T, hidden: walk.hidden };
    },
  };
}
