import type { SearchIndex } from "../gateway/search/search-index.ts";
import { auditQuery, type AuditLine, type AuditPage, type AuditQuery } from "../shared/audit-search.ts";
import { CountersignError } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import { momentOf } from "./moment.ts";
import { withOfflineIndex } from "./offline-index.ts";
import { withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

/** What an entry is found by, as options of the command. */
export const searchOptions = {
  person: { type: "string" },
  service: { type: "string" },
  connection: { type: "string" },
  tool: { type: "string" },
  rule: { type: "string" },
  outcome: { type: "string" },
  effect: { type: "string" },
  risk: { type: "string" },
  kind: { type: "string" },
  counted: { type: "string" },
  client: { type: "string" },
  device: { type: "string" },
  address: { type: "string" },
  session: { type: "string" },
  call: { type: "string" },
  approval: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  limit: { type: "string" },
} as const;

type Given = { readonly [K in keyof typeof searchOptions]?: string };

interface Asked {
  readonly words: readonly string[];
  readonly given: Given;
  readonly data: string | undefined;
  readonly profile: string;
  readonly terminal: Terminal;
}

const mostAPage = 500;

/** `audit search`: entries newest first, from the profile's gateway or, offline and unchecked, from a data folder or an exported file. */
export async function searchLedger({ words, given, data, profile, terminal }: Asked): Promise<void> {
  const query = queryOf(words, given);
  const most = limitOf(given.limit);
  const page =
    data === undefined ? await atGateway(query, most, profile, terminal) : await offline(query, most, data, terminal);
  terminal.answer(
    page.lines.map((line) => ({ id: String(line.entry), ...line })),
    listed("Nothing in the ledger fits.", heading, page.lines.map(rowOf)),
  );
  if (page.indexed < page.entries)
    terminal.note(
      `The gateway has read ${page.indexed} of ${page.entries} entries for searching: ask again for the newest.`,
    );
  if (page.next !== null && page.lines.length >= most)
    terminal.note(`There may be more: --limit N shows up to N, and --to what was before a time.`);
}

function queryOf(words: readonly string[], given: Given): AuditQuery {
  const { from, to } = given;
  const nowMs = Date.now();
  const facts = Object.entries(given).filter(([name]) => Object.hasOwn(auditQuery.shape, name));
  const parsed = auditQuery.safeParse({
    ...Object.fromEntries(facts),
    ...(words.length === 0 ? {} : { text: words.join(" ") }),
    ...(from === undefined ? {} : { fromMs: momentOf("--from", from, nowMs) }),
    ...(to === undefined ? {} : { toMs: momentOf("--to", to, nowMs) }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CountersignError(
    "usage",
    `--${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}. --help shows the usage.`,
  );
}

function limitOf(text = "50"): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CountersignError("usage", "--limit takes a number from 1 to 99999.");
}

async function atGateway(query: AuditQuery, most: number, profile: string, terminal: Terminal): Promise<AuditPage> {
  return await withOwner(profile, async (owner) => {
    const lines: AuditLine[] = [];
    for (let before: number | null = null; ;) {
      const limit = Math.min(mostAPage, most - lines.length);
      const page: AuditPage = await owner.ask("ledger.search", { ...query, before, limit });
      lines.push(...page.lines);
      if (page.next === null || lines.length >= most) return { ...page, lines };
      terminal.progress(`${lines.length} found, looking on before entry ${page.next}`);
      before = page.next;
    }
  }).finally(() => terminal.progress(""));
}

async function offline(query: AuditQuery, most: number, data: string, terminal: Terminal): Promise<AuditPage> {
  return await withOfflineIndex(data, terminal, async ({ index, entries }) => found(index, query, most, entries));
}

function found(index: SearchIndex, query: AuditQuery, most: number, entries: number): AuditPage {
  const lines: AuditLine[] = [];
  let next: number | null = entries;
  let names: AuditPage["names"] = {};
  while (next !== null && lines.length < most) {
    const page = index.find(query, next, most - lines.length);
    lines.push(...page.lines);
    ({ next } = page);
    names = { ...names, ...page.names };
  }
  return { lines, next, indexed: entries, entries, names };
}

const heading = ["entry", "time (UTC)", "what", "who", "connection", "tool", "outcome", "ms", "call"];

function rowOf({ entry, atMs, kind, facts, erased }: AuditLine): readonly string[] {
  const { principal, by, connection, tool, method, outcome, effect, ms, call, approval } = facts;
  return [
    String(entry),
    new Date(atMs).toISOString().replace("T", " ").slice(0, 19),
    kind,
    shown(by ?? principal, 40),
    shown(connection, 40),
    shown(tool ?? method, 60),
    erased === true ? "erased" : shown(outcome ?? effect, 20),
    ms === null ? "" : String(Math.round(ms)),
    call ?? approval ?? "",
  ];
}

function shown(text: string | null, most: number): string {
  return text === null ? "" : visibleLine(text, most);
}
