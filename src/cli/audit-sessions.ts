import { copyFile, constants, rm, writeFile } from "node:fs/promises";
import { exportFoot, exportHead, exportMoment } from "../gateway/sessions/session-export.ts";
import type { StoredMoment } from "../gateway/sessions/stored-moment.ts";
import type { AuditLine } from "../shared/audit-search.ts";
import {
  sessionFormat,
  sessionsQuery,
  type SessionFormat,
  type SessionsPage,
  type SessionsQuery,
  type SessionView,
} from "../shared/audit-sessions.ts";
import { CountersignError, type Result } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import { momentOf } from "./moment.ts";
import { unwritten } from "./new-file.ts";
import { readable, withOfflineIndex } from "./offline-index.ts";
import { withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

/** What sessions are found by, and what becomes of one, as options of the command. */
export const sessionOptions = {
  person: { type: "string" },
  service: { type: "string" },
  client: { type: "string" },
  connection: { type: "string" },
  had: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  limit: { type: "string" },
  format: { type: "string" },
  out: { type: "string" },
} as const;

interface Asked {
  readonly given: { readonly [K in keyof typeof sessionOptions]?: string };
  readonly data: string | undefined;
  readonly profile: string;
  readonly terminal: Terminal;
}

const mostAPage = 200;

/** `audit sessions`: MCP clients' sessions, those that began last first. */
export async function listSessions({ given, data, profile, terminal }: Asked): Promise<void> {
  const query = queryOf(given);
  const most = limitOf(given.limit);
  const sessions =
    data === undefined ? await atGateway(query, most, profile) : await offline(query, most, data, terminal);
  terminal.answer(sessions, listed("No session fits.", heading, sessions.map(rowOf)));
}

/** `audit session ID`: one session as a file, or on standard output. */
export async function exportSession(id: string, { given, data, profile, terminal }: Asked): Promise<void> {
  const format = sessionFormat.safeParse(given.format ?? "jsonl");
  if (!format.success) throw new CountersignError("usage", "--format takes jsonl or html.");
  const { out } = given;
  if (out === undefined)
    throw new CountersignError("usage", "audit session needs --out FILE: the file that the session is written to.");
  if (data === undefined) await fromGateway(id, format.data, out, profile);
  else await write(out, await textOffline(id, format.data, data, terminal));
  const next = format.data === "html" ? " Any browser opens it, without network." : "";
  terminal.answer({ file: out }, [`The session is in ${out}.${next}`]);
}

async function fromGateway(id: string, format: SessionFormat, out: string, profile: string): Promise<void> {
  await withOwner(profile, async (owner) => {
    const file = await owner.ask("ledger.exportSession", { id, format });
    try {
      await copyFile(file, out, constants.COPYFILE_EXCL).catch(unwritten(out));
    } finally {
      await rm(file, { force: true });
    }
  });
}

async function write(out: string, text: string): Promise<void> {
  await writeFile(out, text, { flag: "wx", mode: 0o600 }).catch(unwritten(out));
}

async function atGateway(query: SessionsQuery, most: number, profile: string): Promise<readonly SessionView[]> {
  return await withOwner(profile, async (owner) => {
    const sessions: SessionView[] = [];
    for (let before: number | null = null; ;) {
      const limit = Math.min(mostAPage, most - sessions.length);
      const page: SessionsPage = valueOf(await owner.call("sessions.list", { ...query, before, limit }));
      sessions.push(...page.sessions);
      if (page.next === null || sessions.length >= most) return sessions;
      before = page.next;
    }
  });
}

async function offline(
  query: SessionsQuery,
  most: number,
  data: string,
  terminal: Terminal,
): Promise<readonly SessionView[]> {
  return await withOfflineIndex(data, terminal, async ({ index, entries }) => {
    return index.sessions.find(query, index.principals(query), entries, most).sessions;
  });
}

async function textOffline(id: string, format: SessionFormat, data: string, terminal: Terminal): Promise<string> {
  return await withOfflineIndex(data, terminal, async ({ index, source, entries }) => {
    const session = index.sessions.get(id);
    if (session === undefined) throw new CountersignError("not_found", "There is no such session in this ledger.");
    const header = await source.header();
    const lines = index.lines(index.sessions.entries(session, -1, entries));
    const names = index.names(lines);
    const wanted = new Map(lines.map((line) => [line.entry, line]));
    const pieces = [exportHead(format, header.readable ? header.origin : "", session)];
    let seq = 0;
    for await (const { leaf, salt, body } of readable(source)) {
      const line = wanted.get(seq);
      seq += 1;
      if (line !== undefined) pieces.push(...texts(format, { ...stored(line, leaf, salt, body), names }, session));
    }
    return [...pieces, exportFoot(format)].join("");
  });
}

/** `salt` is in hex. */
function stored(line: AuditLine, leaf: string, salt: string | null, body: string | null): Omit<StoredMoment, "names"> {
  const kept = body === null ? ({ at: "erased" } as const) : ({ at: "row", text: body } as const);
  return { line, leaf, salt: salt === null ? null : Buffer.from(salt, "hex").toString("base64url"), body: kept };
}

/** Offline every body is at hand as text. */
function texts(format: SessionFormat, moment: StoredMoment, session: SessionView): readonly string[] {
  return exportMoment(format, moment, session).filter((piece) => typeof piece === "string");
}

function queryOf({ limit: _limit, format, out, from, to, ...rest }: Asked["given"]): SessionsQuery {
  if (format !== undefined || out !== undefined)
    throw new CountersignError("usage", "--format and --out are for audit session ID; --help shows the usage.");
  const facts = Object.entries(rest).filter(([name]) => Object.hasOwn(sessionsQuery.shape, name));
  const nowMs = Date.now();
  const parsed = sessionsQuery.safeParse({
    ...Object.fromEntries(facts),
    ...(from === undefined ? {} : { fromMs: momentOf("--from", from, nowMs) }),
    ...(to === undefined ? {} : { toMs: momentOf("--to", to, nowMs) }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `--${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}. --help shows the usage.`;
  throw new CountersignError("usage", message);
}

function limitOf(text = "50"): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CountersignError("usage", "--limit takes a number from 1 to 9999.");
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CountersignError(result.error.code, result.error.message);
}

const heading = [
  "session",
  "began (UTC)",
  "lasted",
  "who",
  "client",
  "connection",
  "calls",
  "held",
  "denied",
  "failed",
];

function rowOf(session: SessionView): readonly string[] {
  const { id, fromMs, toMs, name, principal, client, via, connection, calls, held, denied, failed } = session;
  return [
    id,
    new Date(fromMs).toISOString().replace("T", " ").slice(0, 19),
    `${Math.round((toMs - fromMs) / 1000)} s`,
    visibleLine(name ?? principal, 40),
    visibleLine(client ?? via ?? "", 40),
    visibleLine(connection, 40),
    ...[calls, held, denied, failed].map(String),
  ];
}
