import { createHash, timingSafeEqual } from "node:crypto";
import type { ApprovalView, Verdict } from "../../shared/approval.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { ApprovalRecord } from "../store/store.ts";

/** HMAC-SHA-256 under the gateway's digest key over the canonical text, base64url. */
export type KeyedDigest = (value: Json) => string;

type Numbered = Pick<ApprovalRecord, "id" | "risk" | "decisions" | "wrongNumbers">;

/** So many wrong numbers deny a request: a guess succeeds in one of thirty requests at most. */
export const mostWrong = 3;

/** Whether an approver must name the number that the requester's console shows: whoever can has reached the requester. */
function needsNumber({ risk }: Pick<Numbered, "risk">): boolean {
  return risk === "critical";
}

/** What a signed number is to this request: `spent` where it was right before another's approval took it. */
export type Match = "right" | "missing" | "unasked" | "spent" | "wrong";

/** Judges the number that was signed with a verdict. Only an approval of critical risk has one. */
export function matchNumber(
  keyed: KeyedDigest,
  record: Numbered,
  signed: { readonly verdict: Verdict; readonly number?: string | undefined },
): Match {
  const { verdict, number } = signed;
  if (verdict === "deny" || !needsNumber(record)) return number === undefined ? "right" : "unasked";
  if (number === undefined) return "missing";
  const { length } = record.decisions;
  if (equal(number, numberAfter(keyed, record, length))) return "right";
  const earlier = Array.from({ length }, (_, after) => numberAfter(keyed, record, after));
  return earlier.some((spent) => equal(number, spent)) ? "spent" : "wrong";
}

/** What the waiting client is told of it, which is where the number is and never the number; empty where none is asked for. */
export function whereNumberIs(record: Pick<Numbered, "risk">): string {
  return needsNumber(record) ? " Whoever approves asks for the number that your Countersign console shows." : "";
}

/** What readers see of it: the number itself is the requester's alone, while it is asked for. */
export function matchingOf(
  keyed: KeyedDigest,
  record: Numbered & Pick<ApprovalRecord, "state">,
  relation: ApprovalView["relation"],
): ApprovalView["matching"] {
  if (!needsNumber(record)) return null;
  const isShown = relation === "requester" && record.state === "pending";
  const number = isShown ? numberAfter(keyed, record, record.decisions.length) : null;
  return { number, wrong: record.wrongNumbers.length, most: mostWrong };
}

/** For the entry after which an approval waits: SHA-256 of the seed of the number that is asked for next. */
export function committed(keyed: KeyedDigest, record: Numbered): JsonObject {
  if (!needsNumber(record)) return {};
  return { numberCommitment: hash(seedOf(keyed, record.id, record.decisions.length)).toString("base64url") };
}

/** For an approval's entry: the seed that its number came from and that the entry before it committed to. `before`: as it was until then. */
export function revealed(keyed: KeyedDigest, before: Numbered): JsonObject {
  return needsNumber(before) ? { numberSeed: seedOf(keyed, before.id, before.decisions.length) } : {};
}

/**
 * Derived, never stored: neither the store nor the ledger holds it before it is spent. Each approval asks for another, since the one
 * before it stands in the ledger, signed.
 */
function seedOf(keyed: KeyedDigest, approval: string, after: number): string {
  return keyed({ number: approval, after });
}

/** 10 to 99: the first 32 bits of SHA-256 over `number ` and the seed, modulo 90. */
function numberAfter(keyed: KeyedDigest, { id }: Numbered, after: number): string {
  return String(10 + (hash(`number ${seedOf(keyed, id, after)}`).readUInt32BE(0) % 90));
}

function equal(one: string, other: string): boolean {
  return timingSafeEqual(hash(one), hash(other));
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
