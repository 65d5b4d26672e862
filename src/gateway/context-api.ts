import type { ApprovalContext, PastCounts, ShownValue } from "../shared/approval-context.ts";
import { CountersignError } from "../shared/errors.ts";
import type { ApiVisit } from "./api.ts";
import { relationOf } from "./approvals/seers.ts";
import { isVisible } from "./approvals/view.ts";
import type { Principal } from "./identity/principal.ts";
import { sendJson } from "./send-json.ts";
import { mostPrecedents, placeOf, type Precedent } from "./store/precedents.ts";
import type { ApprovalRecord, Reads } from "./store/store.ts";

/** Calls of one person so near to each other are told together. */
const withinMs = 300_000;
/** What is longer is told by its length: two of them and the approval itself stay a page's matter. */
const mostLength = 262_144;

/**
 * `GET /v1/approvals/ID/context`: what else is known about a held call, for who may see it, and out of what they may see alone.
 * Throws CountersignError `not_found` for everybody else.
 */
export function contextOfApproval({ site, response, principal }: ApiVisit, id: string): void {
  const { store } = site.gate;
  const record = store.approvals.get(id);
  if (record === undefined || !isVisible(principal, record))
    throw new CountersignError("not_found", "There is no such request.");
  const before = placeOf(record);
  const own = seenBy(principal, store.precedents.ofPerson(record, before));
  const near = seenBy(
    principal,
    store.precedents.within(record.person, before.atMs - withinMs, before.atMs + withinMs),
  );
  const context: ApprovalContext = {
    id,
    byRequester: countsOf(own),
    byAnyone: countsOf(seenBy(principal, store.precedents.ofTool(record, before))),
    around: { asked: near.seen.length, withinMs, isWhole: near.isWhole },
    lastApproved: lastApproved(store, record, own.seen),
    answer: answerOf(store, record),
  };
  sendJson(response, 200, context);
}

interface Seen {
  readonly seen: readonly Precedent[];
  readonly isWhole: boolean;
}

function seenBy(principal: Principal, precedents: readonly Precedent[]): Seen {
  return {
    seen: precedents.filter(({ seers }) => relationOf(principal, seers) !== null),
    isWhole: precedents.length < mostPrecedents,
  };
}

function countsOf({ seen, isWhole }: Seen): PastCounts {
  const of = (wanted: Precedent["verdict"]) => seen.filter(({ verdict }) => verdict === wanted).length;
  return { asked: seen.length, approved: of("approve"), denied: of("deny"), isWhole };
}

function lastApproved(
  store: Reads,
  { fingerprint }: ApprovalRecord,
  own: readonly Precedent[],
): ApprovalContext["lastApproved"] {
  const id = own.find(({ verdict }) => verdict === "approve")?.id;
  const last = id === undefined ? undefined : store.approvals.get(id);
  if (last === undefined) return null;
  const { length } = JSON.stringify(last.payload);
  const payload: ShownValue = { value: length > mostLength ? null : last.payload, length };
  return { id: last.id, createdAtMs: last.createdAtMs, isSameTool: last.fingerprint === fingerprint, payload };
}

function answerOf({ history }: Reads, { id, outcome }: ApprovalRecord): ShownValue | null {
  return outcome === null ? null : (history.answer(id, mostLength) ?? null);
}
