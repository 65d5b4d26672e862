import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";
import {
  historyCursor,
  historyFilter,
  historyKind,
  type HistoryDetail,
  type HistoryFigures,
  type HistoryPage,
} from "../shared/history.ts";
import { erasedWords } from "../shared/erasure.ts";
import type { ApiVisit } from "./api.ts";
import { viewAs } from "./approvals/view.ts";
import type { ApprovalEntry } from "./audit/approval-entries.ts";
import { statedHead } from "./audit/checkpoint.ts";
import { sendJson } from "./send-json.ts";
import type { HistoryPlace } from "./store/history.ts";

const pageQuery = historyFilter.extend({
  after: historyCursor.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
/** `today`: when the reader's day began, so that days are theirs and not UTC's. */
const figuresQuery = z.strictObject({ kind: historyKind, today: z.coerce.number().int().nonnegative() });

/** `GET /v1/history`: the caller's own decisions or requests, a page at a time. Roles show nothing more here. */
export function listHistory(visit: ApiVisit): void {
  const { after, limit, ...filter } = queryOf(visit, pageQuery);
  const { history } = visit.site.gate.store;
  const ids = identitiesOf(visit);
  const { lines, next } = history.lines(ids, filter, after === undefined ? null : placeOf(after), limit);
  const page: HistoryPage = {
    lines: lines.map((line) => ({ ...line, entry: ownEntry(history.entries(line.id), ids, line.kind) })),
    next: next === null ? null : `${next.atMs}.${next.id}`,
  };
  sendJson(visit.response, 200, page);
}

/** `GET /v1/history/figures`. */
export function historyInFigures(visit: ApiVisit): void {
  const { kind, today } = queryOf(visit, figuresQuery);
  const figures: HistoryFigures = visit.site.gate.store.history.figures(identitiesOf(visit), kind, today);
  sendJson(visit.response, 200, figures);
}

/** `GET /v1/history/ID`. Throws CountersignError `not_found` for what is not the caller's own doing. */
export function oneOfHistory(visit: ApiVisit, id: string): void {
  const { store } = visit.site.gate;
  const ids = identitiesOf(visit);
  const record = store.approvals.get(id);
  // Whose it was is not known any more. Ids are no guess: who has one was told it.
  const erasure = store.erasureOfApproval(id);
  if (record === undefined && erasure !== undefined)
    throw new CountersignError("not_found", `What the gateway had of this request was erased ${erasedWords(erasure)}.`);
  const own = record !== undefined && ids.includes(record.requester.id);
  const decided = record !== undefined && record.decisions.some(({ by }) => ids.includes(by.id));
  if (record === undefined || (!own && !decided))
    throw new CountersignError("not_found", "There is no such request in your history.");
  const entries = store.history.entries(id);
  const note = store.history.checkpointOver(entries.at(-1)?.seq ?? 0);
  const detail: HistoryDetail = {
    approval: viewAs(visit.principal, record, own ? "requester" : "approver", visit.site.gate.keyedDigest),
    entries: entries.map(({ seq, kind, atMs, by }) => ({
      entry: seq,
      kind,
      atMs,
      own: isOwn({ kind, by }, ids, own),
    })),
    checkpoint: note === undefined ? null : statedHead(note),
  };
  sendJson(visit.response, 200, detail);
}

function queryOf<T>({ request }: ApiVisit, shape: z.ZodType<T>): T {
  const { searchParams } = new URL(request.url ?? "/", "http://gateway");
  const parsed = shape.safeParse(Object.fromEntries(searchParams));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join(".") || "the query").join(", ");
  throw new CountersignError("bad_request", `The history can't be asked for like this: see ${places.slice(0, 200)}.`);
}

/** Every identity of the caller's person by today's `identities:`. */
function identitiesOf({ site, principal }: ApiVisit): readonly string[] {
  const { identities } = site.gate.runtime().config;
  return identities.find((ids) => ids.includes(principal.id)) ?? [principal.id];
}

function ownEntry(
  entries: readonly ApprovalEntry[],
  ids: readonly string[],
  kind: z.infer<typeof historyKind>,
): number | null {
  return entries.find((entry) => isOwn(entry, ids, kind === "request"))?.seq ?? null;
}

/** Whether the reader's own word made this entry: their decision, or the request that was theirs. */
function isOwn({ kind, by }: Pick<ApprovalEntry, "kind" | "by">, ids: readonly string[], isRequest: boolean): boolean {
  if (isRequest) return kind === "approval.pending" || kind === "approval.withdrawn";
  return by !== null && ids.includes(by);
}

function placeOf(cursor: string): HistoryPlace {
  const dot = cursor.indexOf(".");
  return { atMs: Number(cursor.slice(0, dot)), id: cursor.slice(dot + 1) };
}
