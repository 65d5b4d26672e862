import type { EntryFacts } from "../../shared/audit-search.ts";

/** Whether the entry is a call that rules judged, or that something refused before they were asked. */
export function isJudged(kind: string, { effect }: EntryFacts): boolean {
  return kind === "call.refused" || (kind === "call.request" && effect !== "protocol");
}

/** How a call ended by this entry, where it did not go well: nobody ran it, or its target failed; null for any other entry. */
export function ended(kind: string, { outcome }: EntryFacts): "denied" | "failed" | null {
  if (kind === "call.refused") return "denied";
  if (kind !== "call.response" || outcome === null) return null;
  if (notRun.has(outcome)) return "denied";
  return failed.has(outcome) ? "failed" : null;
}

/** As the outcome of a `call.response` says it (docs/ledger.md). */
const notRun: ReadonlySet<string> = new Set(["denied", "expired", "withdrawn", "lapsed", "refused"]);
const failed: ReadonlySet<string> = new Set(["error", "failed", "unknown", "cancelled"]);
