import type { Exported, ExportFormat } from "../shared/console-calls.ts";
import { CountersignError } from "../shared/errors.ts";
import {
  historyDetail,
  historyFigures,
  historyPage,
  type HistoryDetail,
  type HistoryFigures,
  type HistoryFilter,
  type HistoryPage,
} from "../shared/history.ts";
import type { GatewayApi } from "./gateway.ts";
import { csvOf } from "./history-csv.ts";

/** Asks where a text is to be saved, under this name by default, and saves it there. False where the person thought better of it. */
export type SaveText = (name: string, text: string) => Promise<boolean>;

/** One's own decisions or requests, the newest first. Throws the gateway's codes. */
export async function listHistory(
  api: GatewayApi,
  filter: HistoryFilter,
  after?: string,
  limit?: number,
): Promise<HistoryPage> {
  const query = new URLSearchParams({ kind: filter.kind });
  if (filter.search !== undefined && filter.search !== "") query.set("search", filter.search);
  if (filter.verdict !== undefined) query.set("verdict", filter.verdict);
  if (filter.risk !== undefined) query.set("risk", filter.risk);
  if (after !== undefined) query.set("after", after);
  if (limit !== undefined) query.set("limit", String(limit));
  return await api.get(`/v1/history?${query.toString()}`, historyPage);
}

/** The last fourteen days in figures; `todayMs` is when the reader's day began. */
export async function figuresOf(
  api: GatewayApi,
  kind: HistoryFilter["kind"],
  todayMs: number,
): Promise<HistoryFigures> {
  return await api.get(`/v1/history/figures?kind=${kind}&today=${todayMs}`, historyFigures);
}

/** One item whole. Throws `not_found` for what is not one's own doing. */
export async function historyItem(api: GatewayApi, id: string): Promise<HistoryDetail> {
  return await api.get(`/v1/history/${encodeURIComponent(id)}`, historyDetail);
}

/** Everything that the filter finds, as one file. Throws `too_large` rather than leave out what is oldest. */
export async function exportHistory(
  api: GatewayApi,
  filter: HistoryFilter,
  format: ExportFormat,
  saveText: SaveText | undefined,
): Promise<Exported> {
  const lines = await allOf(api, filter);
  const text = format === "csv" ? csvOf(lines) : `${JSON.stringify(lines, null, 2)}\n`;
  const name = `countersign-${filter.kind}s.${format}`;
  if (saveText === undefined) return { saved: null, name, text };
  return { saved: await saveText(name, text), name, text: null };
}

/** So many lines go into one file. */
const mostLines = 50_000;
const pageLines = 500;

async function allOf(api: GatewayApi, filter: HistoryFilter): Promise<HistoryPage["lines"]> {
  const lines: HistoryPage["lines"] = [];
  let after: string | undefined;
  do {
    const page = await listHistory(api, filter, after, pageLines);
    lines.push(...page.lines);
    after = page.next ?? undefined;
    if (lines.length > mostLines)
      throw new CountersignError("too_large", `More than ${mostLines} lines: narrow the search, then export again.`);
  } while (after !== undefined);
  return lines;
}
