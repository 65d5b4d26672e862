import type { Hidden } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { atOnce } from "../../shared/slices.ts";
import { inTurns } from "../in-turns.ts";
import type { Detectors } from "./detectors.ts";
import { createFields, type FieldSpec } from "./fields.ts";
import type { BinaryMode, DetectorName, MaskMode } from "./kinds.ts";
import { createNames } from "./names.ts";
import { compilePattern, type PatternSpec } from "./patterns.ts";
import { fitted } from "./structured.ts";
import type { WalkRules } from "./walk-rules.ts";
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
  /** The same in slices of a few milliseconds at most, so that no other call waits for a large answer. */
  maskLarge<T extends Json>(value: T): Promise<Masked<T>>;
  /** A masked copy that still meets this JSON schema, as far as a stand-in can be had for what is hidden. */
  maskStructured<T extends Json>(value: T, schema: JsonObject): Masked<T>;
  /** A `tools/call` result, in slices; its `structuredContent` still meets the tool's output schema, where that is known. */
  maskResult(result: Json, outputSchema: JsonObject | undefined): Promise<Masked>;
  /** The same masker but for what becomes of binary content. */
  withBinary(binary: BinaryMode): Masker;
}

export interface MaskerOptions {
  readonly detectors: readonly { readonly name: DetectorName; readonly mode: MaskMode }[];
  readonly fields: readonly FieldSpec[];
  readonly patterns?: readonly PatternSpec[];
  readonly binary?: BinaryMode;
  /** A keyed digest of a text, for pseudonyms: base64url under the gateway's digest key. */
  readonly keyed?: (text: string) => string;
}

/** 96 bits of a keyed digest: no two values of one gateway share them. */
const pseudonymLength = 16;

/**
 * A masker for these detectors and fields. It looks into member names, strings, numbers, and JSON within strings; the places it reports are
 * named by masked names, and go on into such JSON. Time is linear in the payload's size.
 */
export function createMasker(options: MaskerOptions): Masker {
  const { keyed } = options;
  const detectors: Detectors = {
    modes: new Map(options.detectors.map(({ name, mode }) => [name, mode])),
    patterns: (options.patterns ?? []).map(compilePattern),
    pseudonym: (value) => {
      if (keyed === undefined) throw new CountersignError("configuration", "Pseudonyms need the gateway's digest key.");
      return keyed(value).slice(0, pseudonymLength);
    },
  };
  const fields = createFields(options.fields);
  return maskerOf({
    detectors,
    fields,
    names: createNames(fields, detectors),
    binary: options.binary ?? "allow",
  });
}

function maskerOf(rules: WalkRules): Masker {
  // A masked value has the shape of its original but for the places in `hidden`.
  const mask = <T extends Json>(value: T): Masked<T> => {
    const walk = new Walk(rules);
    return { value: atOnce(walk.value(value, false)) as T, hidden: walk.hidden.list };
  };
  const shows = (value: Json): boolean => mask(value).value === value;
  const maskLarge = async <T extends Json>(value: T): Promise<Masked<T>> => {
    const walk = new Walk(rules);
    const masked = (await inTurns(walk.value(value, false))) as T;
    return { value: masked, hidden: walk.hidden.list };
  };
  return {
    mask,
    maskLarge,
    maskStructured(value, schema) {
      const masked = mask(value);
      return { ...masked, value: atOnce(fitted(masked.value, value, schema, shows)) as typeof value };
    },
    async maskResult(result, outputSchema) {
      const masked = await maskLarge(result);
      return { ...masked, value: await withFitted(masked.value, result, outputSchema, shows) };
    },
    withBinary: (binary) => maskerOf({ ...rules, binary }),
  };
}

async function withFitted(
  masked: Json,
  original: Json,
  schema: JsonObject | undefined,
  shows: (value: Json) => boolean,
): Promise<Json> {
  if (schema === undefined || masked === original || !isJsonObject(masked) || !isJsonObject(original)) return masked;
  const { structuredContent } = masked;
  if (structuredContent === undefined || original.structuredContent === undefined) return masked;
  const fits = await inTurns(fitted(structuredContent, original.structuredContent, schema, shows));
  return { ...masked, structuredContent: fits };
}
