import type { JsonObject } from "../../shared/json.ts";
import { beginningOf, membersIn } from "./body-beginning.ts";
import { bodyIn } from "./body-text.ts";

const beginningBytes = 4096;
/** What is longer, no gateway took as a request; bytes. */
const mostWhole = 67_108_864;

/**
 * What a body that stands in a file says of its call: of an answer its first members, which are short and the first. All others say whose they are
 * also behind what is long in them, and are read whole.
 */
export function longBody(folder: string, kind: string, leaf: string): JsonObject {
  if (kind === "call.response") return membersIn(beginningOf(folder, leaf, beginningBytes) ?? "");
  return bodyIn(beginningOf(folder, leaf, mostWhole) ?? "") ?? {};
}
