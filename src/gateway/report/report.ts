import { z } from "zod";
import { isJson, isJsonObject, type JsonObject } from "../../shared/json.ts";
import type { LedgerSource } from "../audit/ledger-source.ts";
import { singly } from "../audit/ledger-source.ts";
import type { LedgerReport } from "../audit/verify.ts";
import { CallsChapter, type CallsReport } from "./calls-chapter.ts";
import { DecisionsChapter, type DecisionsReport } from "./decisions-chapter.ts";
import { EventsChapter, type EventsReport } from "./events-chapter.ts";
import { gapsOf } from "./gaps.ts";
import { GrantsChapter, type GrantsReport } from "./grants-chapter.ts";

/** A report on a ledger over a period, version 1. Times are milliseconds since the epoch, by the gateway's clock; `toMs` is not within. */
export interface Report {
  readonly v: 1;
  readonly fromMs: number;
  readonly toMs: number;
  readonly madeAtMs: number;
  /** Whether the ledger holds, as `audit verify` found just before; what is reported is what that many entries say. */
  readonly ledger: LedgerReport;
  readonly entries: number;
  readonly calls: CallsReport;
  readonly decisions: DecisionsReport;
  readonly grants: GrantsReport;
  readonly events: EventsReport;
  /** What could not be shown, in sentences. */
  readonly gaps: readonly string[];
}

/** What the report's period has that is not about any one subject. */
export interface Seen {
  entries: number;
  erased: number;
  unreadable: number;
  firstAtMs: number | null;
  firstSeq: number | null;
}

interface Asked {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly ledger: LedgerReport;
  readonly onEntry: (read: number) => void;
}

const leaf = z.object({ seq: z.number(), atMs: z.number(), kind: z.string() });

/** Reads the ledger once, in its order, up to the entries that were verified. Its source is the caller's to close. */
export async function reportOn(source: LedgerSource, asked: Asked): Promise<Report> {
  const { fromMs, toMs, ledger } = asked;
  const [calls, decisions, grants, events] = [
    new CallsChapter(),
    new DecisionsChapter(),
    new GrantsChapter(),
    new EventsChapter(),
  ];
  const chapters = [calls, decisions, grants, events];
  const seen: Seen = { entries: 0, erased: 0, unreadable: 0, firstAtMs: null, firstSeq: null };
  const most = ledger.ok ? ledger.entries : Infinity;
  let read = 0;
  for await (const entry of singly(source.pages())) {
    if (read >= most) break;
    asked.onEntry((read += 1));
    const found = entry.readable ? leaf.safeParse(parsed(entry.leaf)) : null;
    if (!entry.readable || found?.success !== true) {
      seen.unreadable += 1;
      continue;
    }
    const { seq, atMs, kind } = found.data;
    seen.firstAtMs ??= atMs;
    seen.firstSeq ??= seq;
    // The clock may have been set back: what follows may still lie within.
    if (atMs >= toMs) continue;
    const isWithin = atMs >= fromMs;
    const body = entry.body === null ? null : bodyOf(entry.body);
    if (isWithin) seen.entries += 1;
    if (isWithin && entry.body === null) seen.erased += 1;
    for (const chapter of chapters) await chapter.take({ seq, atMs, kind, body, isWithin });
  }
  const told = {
    calls: calls.report(),
    decisions: decisions.report(),
    grants: grants.report(toMs),
    events: events.report(),
  };
  const gaps = gapsOf({ fromMs, toMs, nowMs: asked.nowMs, ledger, seen, ...told });
  return { v: 1, fromMs, toMs, madeAtMs: asked.nowMs, ledger, entries: seen.entries, ...told, gaps };
}

function bodyOf(text: string): JsonObject | null {
  const value = parsed(text);
  return isJson(value) && isJsonObject(value) ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
