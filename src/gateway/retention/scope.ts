import type { Scope } from "../../shared/retention.ts";
import type { RetainedEntry } from "./entries.ts";

/** Whether the entry is in the scope of a hold: what somebody did, and also what they decided on. */
export function isHeldBy(scope: Scope, entry: RetainedEntry, personOf: (id: string) => string): boolean {
  return isWithin(scope, entry) && isOf(scope, [entry.principal, entry.by], personOf);
}

/** Whether it is in the scope of an erasure: what somebody did. What they decided on is others' doing. */
export function isErasedBy(scope: Scope, entry: RetainedEntry, personOf: (id: string) => string): boolean {
  return isWithin(scope, entry) && isOf(scope, [entry.principal], personOf);
}

function isWithin({ connection, fromMs, toMs }: Scope, entry: RetainedEntry): boolean {
  if (connection !== undefined && entry.connection !== connection) return false;
  return entry.atMs >= (fromMs ?? -Infinity) && entry.atMs < (toMs ?? Infinity);
}

function isOf({ person }: Scope, ids: readonly (string | null)[], personOf: (id: string) => string): boolean {
  if (person === undefined) return true;
  return ids.some((id) => id !== null && (id === person || personOf(id) === personOf(person)));
}
