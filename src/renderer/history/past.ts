import type { ConsoleState } from "../../shared/console.ts";
import type { Failure } from "../../shared/errors.ts";
import type { HistoryDetail, HistoryFigures, HistoryFilter, HistoryPage } from "../../shared/history.ts";

export type HistoryEntry = HistoryPage["lines"][number];

/** What the history page shows. `lines` stay while others are asked for; an answer to an older question changes nothing. */
export interface Past {
  readonly filter: HistoryFilter;
  readonly lines: readonly HistoryEntry[];
  readonly next: string | null;
  readonly figures: HistoryFigures | null;
  readonly at: "unread" | "reading" | "reading older" | "read" | "failed";
  readonly error: Failure | null;
  readonly chosen: { readonly id: string; readonly isOpen: boolean } | null;
  /** The chosen one whole, once it has come, or why it did not. */
  readonly detail: { readonly id: string; readonly got: HistoryDetail | Failure } | null;
}

/** A history of which nothing was read. */
export function unread(kind: HistoryFilter["kind"]): Past {
  return {
    filter: { kind },
    lines: [],
    next: null,
    figures: null,
    at: "unread",
    error: null,
    chosen: null,
    detail: null,
  };
}

/** The filter without what is not asked for: an empty search is none. */
export function asSent({ kind, search, verdict, risk }: HistoryFilter): HistoryFilter {
  const words = search?.trim() ?? "";
  return {
    kind,
    ...(words === "" ? {} : { search: words }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(risk === undefined ? {} : { risk }),
  };
}

/** The newest page before what was read earlier: who has scrolled far keeps what they have come to. */
export function withNewest(
  past: Pick<Past, "lines" | "next">,
  page: HistoryPage,
): { readonly lines: readonly HistoryEntry[]; readonly next: string | null } {
  const last = page.lines.at(-1);
  const fresh = new Set(page.lines.map(({ id }) => id));
  const older = past.lines.filter(({ id, atMs }) => last !== undefined && atMs <= last.atMs && !fresh.has(id));
  if (older.length === 0 || page.next === null) return page;
  return { lines: [...page.lines, ...older], next: past.next };
}

/** Changes whenever an approval changes that the reader asked for or decided on; who reads is part of it. */
export function ownNews({ session, approvals }: ConsoleState): { readonly who: string | null; readonly news: string } {
  const who = session.state === "signed-in" || session.state === "needs-sign-in" ? session.account.id : null;
  const known = told.get(approvals);
  if (known?.who === who) return known;
  const own = approvals.filter(
    ({ relation, decision, steps }) =>
      relation === "requester" ||
      decision?.by.id === who ||
      steps.some((step) => step.approvals.some(({ by }) => by.id === who)),
  );
  const found = { who, news: own.map(({ id, revision }) => `${id} ${revision}`).join() };
  told.set(approvals, found);
  return found;
}

/** Looked for once for each list that the owner told. */
const told = new WeakMap<ConsoleState["approvals"], ReturnType<typeof ownNews>>();

/** When this computer's day began, by the gateway's clock. */
export function dayBegan(offsetMs: number): number {
  return Math.max(0, Math.round(new Date().setHours(0, 0, 0, 0) + offsetMs));
}
