import { z } from "zod";
import { sessionView, type SessionView } from "../../shared/audit-sessions.ts";

/** Tables of the index that say which entries belong to which session; `first` is the session's first entry, and its key. */
export const sessionSchema = `
  CREATE TABLE sessions (
    first INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, of TEXT NOT NULL, principal TEXT NOT NULL, name TEXT, kind TEXT,
    device TEXT, via TEXT, client TEXT, connection TEXT NOT NULL, era TEXT NOT NULL, last INTEGER NOT NULL,
    from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, entries INTEGER NOT NULL DEFAULT 0, calls INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0, denied INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX sessions_of ON sessions (of, first);
  CREATE TABLE session_entries (
    session INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (session, entry)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE session_places (
    place TEXT NOT NULL, session INTEGER NOT NULL, PRIMARY KEY (place, session)
  ) STRICT, WITHOUT ROWID;
`;

export const knownRow = z.object({ first: z.number(), to_ms: z.number() });
export const sessionRow = z.object({ session: z.number() });
export const entryRow = z.object({ entry: z.number() });

/** A session as its row has it. */
export function viewOf(row: Readonly<Record<string, unknown>>): SessionView {
  const { kind: principalKind, from_ms: fromMs, to_ms: toMs, ...rest } = row;
  return sessionView.parse({ ...rest, principalKind, fromMs, toMs });
}
