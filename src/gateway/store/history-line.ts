import type { HistoryLine } from "../../shared/history.ts";
import type { ApprovalRecord, DecisionRecord } from "./store.ts";

/** A line of somebody's history: `who` is the id of the principal whose doing it was. */
export interface OwnLine {
  readonly who: string;
  readonly line: HistoryLine;
}

/** What this approval is in the histories of all who had a part in it: its requester, and everybody who decided. */
export function linesOf(record: ApprovalRecord): readonly OwnLine[] {
  const { decision, decisions, requester, createdAtMs } = record;
  const ended = decision === null ? null : { verdict: decision.verdict, reason: decision.reason, atMs: decision.atMs };
  const request = lineOf(record, "request", createdAtMs, ended);
  return [
    { who: requester.id, line: request },
    ...decisions.map((each) => ({ who: each.by.id, line: lineOf(record, "decision", each.atMs, each) })),
  ];
}

function lineOf(
  { id, state, risk, connection, tool, requester, decisions, createdAtMs }: ApprovalRecord,
  kind: HistoryLine["kind"],
  atMs: number,
  word: Pick<DecisionRecord, "verdict" | "reason" | "atMs"> | null,
): HistoryLine {
  return {
    kind,
    id,
    atMs: Math.floor(atMs),
    state,
    risk,
    connection,
    tool,
    requester: { name: requester.name, kind: requester.kind },
    verdict: word?.verdict ?? null,
    reason: word?.reason ?? "",
    deciders: decisions.map(({ by }) => by.name),
    tookMs: word === null ? null : Math.max(0, Math.floor(word.atMs - createdAtMs)),
  };
}

/** What a search looks through, in lower case; long names by their beginning, as a line of the list shows them. */
export function searchTextOf({ tool, connection, requester, reason, deciders, state }: HistoryLine): string {
  const texts = [tool, connection, requester.name, reason, state, ...deciders];
  return texts.map((text) => text.slice(0, mostSearched).toLowerCase()).join("\n");
}

const mostSearched = 1000;
