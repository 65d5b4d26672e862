import { Environment } from "@marcbachmann/cel-js";
import { CountersignError } from "../../shared/errors.ts";
import { RE2JS } from "re2js";

/** What a condition may call besides operators: nothing here costs more than the length of what it is given. */
export const knownCalls: ReadonlySet<string> = new Set(
  [
    "has size string int double bool timestamp duration dyn",
    "startsWith endsWith contains matches lowerAscii upperAscii trim",
    "getFullYear getMonth getDayOfMonth getDate getDayOfWeek getDayOfYear",
    "getHours getMinutes getSeconds getMilliseconds",
  ].flatMap((line) => line.split(" ")),
);
/** What walks a list or map, once for each of its members. */
export const walkingCalls: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter", "map"]);
/** Stands in for the library's own `matches`, whose engine backtracks; no author can write this name. */
export const linearMatches = "countersignLinearMatches";

/** The variables a condition may read, their types, and linear functions (CEL, cel-spec "Standard definitions"). */
export const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 500, maxDepth: 32, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 },
})
  .registerVariable("principal", {
    schema: {
      id: "string",
      kind: "string",
      name: "string",
      groups: "list<string>",
      issuer: "string",
      roles: "list<string>",
      assurance: "string",
    },
  })
  .registerVariable("connection", "string")
  .registerVariable("method", "string")
  .registerVariable("kind", "string")
  .registerVariable("name", "string")
  .registerVariable("tool", { schema: { name: "string", fingerprint: "string", annotations: "map<string, dyn>" } })
  .registerVariable("arguments", "map<string, dyn>")
  .registerVariable("client", { schema: { name: "string", version: "string" } })
  .registerVariable("device", "string")
  .registerVariable("address", "string")
  .registerVariable("time", "google.protobuf.Timestamp")
  .registerFunction(`string.${linearMatches}(string): bool`, (text: string, pattern: string) => {
    return compiled(pattern).test(text);
  });

/** The patterns of conditions are literals of gateway.yaml, so there are as many as were written. */
const patterns = new Map<string, RE2JS>();

/** A pattern of RE2's syntax, found anywhere in a text in linear time. Throws CountersignError `configuration`. */
export function compiled(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  try {
    const made = RE2JS.compile(pattern);
    patterns.set(pattern, made);
    return made;
  } catch (cause) {
    throw new CountersignError("configuration", "The pattern is not one of RE2's syntax.", { cause });
  }
}
