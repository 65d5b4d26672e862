import type { Scope } from "../../shared/retention.ts";
import type { RetainedEntry } from "./entries.ts";

/**
 * Whether the entry is in the scope of a hold: what somebody did, and also what they decided on. One that belongs to a call or an approval of which
 * nothing is known any more may be of any connection and person: then only its time can say that it is not held.
 */
export function isHeldBy(scope: Scope, entry: RetainedEntry, personOf: (id: string) => string): boolean {
  if (!isWithinTime(scope, entry)) return false;
  const { kind, connection, principal, by, call, approval } = entry;
  const isOfCall = call !== null || approval !== null || kind.startsWith("call.");
  const isUnknown = isOfCall && connection === null && principal === null;
  return isUnknown || (isOnConnection(scope, entry) && isOf(scope, [principal, by], personOf));
}

/** Whether it is in the scope of an erasure: what somebody did. What they decided on is others' doing. */
export function isErasedBy(scope: Scope, entry: RetainedEntry, personOf: (id: string) => string): boolean {
  return isOnConnection(scope, entry) && isWithinTime(scope, entry) && isOf(scope, [entry.principal], personOf);
}

function isOnConnection({ connection }: Scope, entry: RetainedEntry): boolean {
  return connection === undefined || entry.connection === connection;
}

function isWithinTime({ fromMs, toMs }: Scope, entry: RetainedEntry): boolean {
  return entry.atMs >= (fromMs ?? -Infinity) && entry.atMs < (toMs ?? Infinity);
}

function isOf({ person }: Scope, ids: readonly (string | null)[], personOf: (id: string) => string): boolean {
  if (person === undefined) return true;
  return ids.some((id) => id !== null && (id === person || personOf(id) === personOf(person)));
}
