import { fc } from "../../support/fast-check.ts";
import type { Json } from "../../../src/shared/json.ts";
import { raw, type Raw } from "./values.ts";

/** Text that cannot become part of the value beside it: it neither ends nor begins with what values are made of. */
const beside = fc
  .string({ maxLength: 12 })
  .map((text) => text.replace(/[\p{N}\p{L}\p{M}\p{P}\p{S}\p{Z}\p{C}]/gu, (each) => (/[a-z ]/.test(each) ? each : "")));

type Wrap = (value: Json) => Json;

/** One way of putting a value somewhere deeper. */
const wrap: fc.Arbitrary<Wrap> = fc.oneof(
  fc.constant<Wrap>((value) => [value]),
  fc.constant<Wrap>((value) => [1, null, value, "x"]),
  fc.constant<Wrap>((value) => ({ a: true, value, z: [] })),
  fc.constant<Wrap>((value) => JSON.stringify(value)),
  fc.constant<Wrap>((value) => JSON.stringify({ twin: value }, null, 2)),
  fc.constant<Wrap>((value) => ({
    content: [{ type: "text", text: JSON.stringify(value) }],
    structuredContent: { value },
  })),
  fc.jsonValue({ maxDepth: 2 }).map((other): Wrap => (value) => ({ other: other as Json, value })),
);

/** Arbitrary JSON with one raw value in it: as a whole string, within one, or as a member's name, however deep. */
export const placed: fc.Arbitrary<{ readonly raw: Raw; readonly json: Json }> = fc
  .tuple(raw, beside, beside, fc.constantFrom("whole", "within", "name"), fc.array(wrap, { maxLength: 5 }))
  .map(([found, before, after, how, wraps]) => {
    const text = how === "whole" ? found.value : `${before}: ${found.value} ;${after}`;
    const seed: Json = how === "name" ? { [text]: 1 } : text;
    return { raw: found, json: wraps.reduce<Json>((json, each) => each(json), seed) };
  });

/** Whether a raw value stands anywhere in JSON, however it is written there. */
export function holds(json: Json, value: string): boolean {
  if (typeof json === "string") return json.includes(value) || inner(json, value);
  if (typeof json !== "object" || json === null) return String(json).includes(value);
  return Object.entries(json).some(([name, member]) => name.includes(value) || holds(member, value));
}

function inner(text: string, value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" || typeof parsed === "string" ? holds(parsed as Json, value) : false;
  } catch {
    return false;
  }
}
