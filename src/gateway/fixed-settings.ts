import { isDeepStrictEqual } from "node:util";
import { formatConfigErrors, type LoadedConfig } from "./config.ts";
import { CountersignError } from "../shared/errors.ts";

/** What a running gateway was built on: its socket, its name in decisions and ledger, its store and keys, and what follows its ledger. */
const fixed = ["listen", "publicUrl", "data", "keys", "sinks", "witnesses"] as const;

/** Refuses a reload that would change what only a new start can. Throws CountersignError `configuration`, one line a setting. */
export function refuseFixedChange(before: LoadedConfig, next: LoadedConfig): void {
  const changed = fixed.filter((name) => !isDeepStrictEqual(before.config[name], next.config[name]));
  if (changed.length === 0) return;
  const message = "This setting changes only when the gateway is started again: do so, or put it back.";
  const problems = changed.map((name) => ({ ...next.placeOf({ path: [name] }), message }));
  throw new CountersignError("configuration", formatConfigErrors(next.path, problems));
}
