import type { Json } from "../../shared/json.ts";
import { mayBeJson } from "./json-syntax.ts";

/** A longer string is looked at in slices. */
const longString = 16_384;

/** Whether a value has parts, or is long enough, to be walked in slices. */
export function isLarge(value: Json): boolean {
  if (typeof value === "string") return value.length > longString || mayBeJson(value);
  return typeof value === "object" && value !== null;
}

/** How much work a value is by itself, in characters. */
export function weight(value: Json): number {
  return typeof value === "string" ? value.length + 8 : 16;
}
