import { z } from "zod";
import { activity, type Activity, type ActivityAsk } from "../shared/audit-activity.ts";
import { auditEntry, type AuditEntry } from "../shared/audit-entry.ts";
import { auditPage, type AuditAsk, type AuditLine, type AuditPage, type AuditQuery } from "../shared/audit-search.ts";
import type { AuditExportFormat, Exported } from "../shared/console-calls.ts";
import { CountersignError } from "../shared/errors.ts";
import { csvText, type Columns } from "./csv.ts";
import type { GatewayApi } from "./gateway.ts";
import type { SaveText } from "./history.ts";

/** Entries of the gateway's ledger, the newest before this one first. Takes the role auditor; throws the gateway's codes. */
export async function searchAudit(api: GatewayApi, { before, limit, ...query }: AuditAsk): Promise<AuditPage> {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, before, limit }))
    if (value !== null && value !== undefined) asked.set(name, String(value));
  return await api.get(`/v1/audit/entries?${asked.toString()}`, auditPage);
}

/** What went on in a period, by connection, person or tool. */
export async function activityOf(api: GatewayApi, { fromMs, toMs, by, step }: ActivityAsk): Promise<Activity> {
  return await api.get(`/v1/audit/activity?from=${fromMs}&to=${toMs}&by=${by}&step=${step}`, activity);
}

/** One entry whole, with all of its call. */
export async function readAudit(api: GatewayApi, entry: number): Promise<AuditEntry> {
  return await api.get(`/v1/audit/entries/${entry}/about`, auditEntry);
}

/** What the query finds, as one file: what each entry says of who, on what and how it ended, without bodies. Throws `too_large`. */
export async function exportAudit(
  api: GatewayApi,
  query: AuditQuery,
  format: AuditExportFormat,
  saveText: SaveText | undefined,
): Promise<Exported> {
  const lines = await allOf(api, query);
  const text = format === "csv" ? csvText(columns, lines) : lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const name = `countersign-ledger.${format}`;
  if (saveText === undefined) return { saved: null, name, text };
  return { saved: await saveText(name, text), name, text: null };
}

const checkpointAnswer = z.object({ note: z.string() });

type NamedLine = AuditLine & { readonly who: string | null };

/** So many entries go into one file: each page that it takes is a look into the ledger that is itself recorded. */
const mostLines = 20_000;
const pageLines = 500;

async function allOf(api: GatewayApi, query: AuditQuery): Promise<readonly NamedLine[]> {
  const lines: NamedLine[] = [];
  const { note } = await api.get("/v1/audit/checkpoint", checkpointAnswer);
  const size = Number(note.split("\n", 2)[1]);
  let before: number | null = null;
  do {
    const page: AuditPage = await searchAudit(api, { ...query, before, limit: pageLines });
    // What the search has not read would be missing in a file that looks whole.
    if (page.indexed < size)
      throw new CountersignError(
        "transient",
        `The gateway has read ${page.indexed} of ${size} entries for searching: export again in a while.`,
      );
    for (const line of page.lines) lines.push({ ...line, who: nameIn(page, line) });
    before = page.next;
    if (lines.length > mostLines)
      throw new CountersignError("too_large", `More than ${mostLines} entries: narrow the search, then export again.`);
  } while (before !== null);
  return lines;
}

function nameIn({ names }: AuditPage, { facts: { by, principal, name } }: AuditLine): string | null {
  const id = by ?? principal;
  return (id === null ? undefined : names[id]) ?? (by === null ? name : null) ?? id;
}

const said = (value: string | number | null) => (value === null ? "" : String(value));

const columns: Columns<NamedLine> = [
  ["entry", ({ entry }) => String(entry)],
  ["time", ({ atMs }) => new Date(atMs).toISOString()],
  ["kind", ({ kind }) => kind],
  ["who", ({ who }) => said(who)],
  ["principal", ({ facts }) => said(facts.principal)],
  ["principal_kind", ({ facts }) => said(facts.principalKind)],
  ["decided_by", ({ facts }) => said(facts.by)],
  ["connection", ({ facts }) => said(facts.connection)],
  ["method", ({ facts }) => said(facts.method)],
  ["tool", ({ facts }) => said(facts.tool)],
  ["rule", ({ facts }) => said(facts.rule)],
  ["effect", ({ facts }) => said(facts.effect)],
  ["outcome", ({ facts }) => said(facts.outcome)],
  ["risk", ({ facts }) => said(facts.risk)],
  ["client", ({ facts }) => said(facts.client)],
  ["device", ({ facts }) => said(facts.device)],
  ["address", ({ facts }) => said(facts.address)],
  ["session", ({ facts }) => said(facts.session)],
  ["call", ({ facts }) => said(facts.call)],
  ["request", ({ facts }) => said(facts.approval)],
  ["ms", ({ facts }) => said(facts.ms)],
  ["bytes", ({ facts }) => said(facts.bytes)],
];
