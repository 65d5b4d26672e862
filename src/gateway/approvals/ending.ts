import { CountersignError } from "../../shared/errors.ts";
import { outcomeUnknown } from "../mcp/refusal.ts";
import { errorMessage } from "../mcp/rpc-failure.ts";
import { owns } from "../identity/people.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord, Reads, Writes } from "../store/store.ts";
import { move } from "./records.ts";
import type { Outcome } from "./turn.ts";
import { isVisible } from "./view.ts";

/** Records how a claimed call ended, and keeps its masked answer for as long as the identical call may ask for it. */
export function recordOutcome(writes: Writes, id: string, outcome: Outcome, nowMs: number): ApprovalRecord {
  const { state, message, answer } = outcome;
  outcome.also(writes);
  const claimed = writes.approvals.get(id);
  if (claimed?.state !== "claimed")
    throw new CountersignError("internal", "A call that was not claimed has an outcome.");
  const ended = move(writes, claimed, { state, outcome: { state, message, atMs: nowMs } });
  const { lookup, reuseUntilMs } = ended;
  writes.answers.put({ approval: id, lookup, answer, untilMs: reuseUntilMs ?? nowMs });
  return ended;
}

/** A claim that an earlier process left without an outcome: unknown, never retried, and its caller is owed word of it. */
export function recordUnknown(writes: Writes, claimed: ApprovalRecord, nowMs: number): void {
  const message = "The gateway stopped between forwarding the call and its answer. It is not retried.";
  const answer = errorMessage(null, outcomeUnknown(claimed.id));
  recordOutcome(writes, claimed.id, { state: "unknown", message, answer, also: () => undefined }, nowMs);
}

/** A claim whose outcome the store did not take when it came, once it takes anything again: unknown, never retried. Null where the claim has ended. */
export function settleUnrecorded(writes: Writes, id: string, nowMs: number): ApprovalRecord | null {
  if (writes.approvals.get(id)?.state !== "claimed") return null;
  const message = "The gateway could not record what came of the call. It is not retried.";
  const answer = errorMessage(null, outcomeUnknown(id, "could not record what came of this approved call"));
  return recordOutcome(writes, id, { state: "unknown", message, answer, also: () => undefined }, nowMs);
}

/** Notes that a caller left before the decision, so that the identical call hears of a denial instead of asking anew. */
export function oweDecision(writes: Writes, id: string, reuseMs: number): void {
  const record = writes.approvals.get(id);
  if (record?.state !== "pending" && record?.state !== "denied") return;
  const untilMs = record.expiresAtMs + reuseMs;
  writes.answers.put({ approval: id, lookup: record.lookup, answer: null, untilMs });
}

function isDue(record: ApprovalRecord, nowMs: number): boolean {
  return (record.state === "pending" ? record.expiresAtMs : (record.reuseUntilMs ?? 0)) <= nowMs;
}

/** Those whose time is over: pending or approved and not used. */
export function due({ approvals }: Pick<Reads, "approvals">, nowMs: number): readonly ApprovalRecord[] {
  return [...approvals.inState("pending"), ...approvals.inState("approved")].filter((each) => isDue(each, nowMs));
}

/** Ends all of which this is so and that have not begun to run, decided or not. */
export function endAll(
  writes: Writes,
  isOne: (record: ApprovalRecord) => boolean,
  detail: { readonly by: string; readonly why: string },
): readonly ApprovalRecord[] {
  const open = [...writes.approvals.inState("pending"), ...writes.approvals.inState("approved")].filter(isOne);
  return open.map((record) =>
    move(writes, record, { state: record.state === "pending" ? "withdrawn" : "lapsed" }, { ...detail }),
  );
}

/**
 * Ends a request at its requester's word, decided or not, as long as it has not begun to run. Throws CountersignError
 * `not_found`, `not_allowed`, `expired` or `already_decided`.
 */
export function recordWithdrawal(writes: Writes, principal: Principal, id: string, nowMs: number): ApprovalRecord {
  const record = writes.approvals.get(id);
  if (record === undefined || !isVisible(principal, record))
    throw new CountersignError("not_found", "There is no such request.");
  const isOwn = record.person === principal.person || record.requester.id === principal.id;
  if (!isOwn && !owns(principal, record.requester.owner))
    throw new CountersignError(
      "not_allowed",
      "Only who asked, or answers for the service that did, may withdraw a request.",
    );
  if (record.state === "withdrawn") return record;
  if (record.state !== "pending" && record.state !== "approved")
    throw new CountersignError("already_decided", `This request can't be withdrawn: it is ${record.state}.`);
  if (isDue(record, nowMs)) throw new CountersignError("expired", "This request has ended by itself. Nothing was run.");
  const by = { by: principal.id, why: isOwn ? "Withdrawn by its requester." : "Withdrawn by its service's owner." };
  return move(writes, record, { state: record.state === "pending" ? "withdrawn" : "lapsed" }, by);
}
