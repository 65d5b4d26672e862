import type { SessionsQuery } from "../../shared/audit-sessions.ts";

/** A condition in SQL, without a value of the question's in its text, and the values for its places. */
interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** What a query asks of a session's row, as further terms of a WHERE. `principals`: whom it means, null where nobody is asked for. */
export function sessionsWhere(query: SessionsQuery, principals: readonly string[] | null): Condition {
  const { client, connection, had, fromMs, toMs, entry } = query;
  const terms: (Condition | null)[] = [
    principals && { sql: "principal IN (SELECT value FROM json_each(?))", values: [JSON.stringify(principals)] },
    of("connection = ?", connection),
    // Either of the two names that a client goes by.
    of("instr(lower(coalesce(client, '') || char(10) || coalesce(via, '')), lower(?)) > 0", client),
    had === undefined ? null : hads[had],
    of("to_ms >= ?", fromMs),
    of("from_ms < ?", toMs),
    of(
      `EXISTS (SELECT 1 FROM entries JOIN session_entries ON session_entries.entry = entries.seq
       WHERE entries.seq = ? AND session_entries.session = sessions.first)`,
      entry,
    ),
  ];
  const asked = terms.filter((each) => each !== null);
  return { sql: asked.map(({ sql }) => ` AND ${sql}`).join(""), values: asked.flatMap(({ values }) => values) };
}

const hads: Readonly<Record<NonNullable<SessionsQuery["had"]>, Condition>> = {
  held: { sql: "held > 0", values: [] },
  denied: { sql: "denied > 0", values: [] },
  failed: { sql: "failed > 0", values: [] },
};

function of(sql: string, value: string | number | undefined): Condition | null {
  return value === undefined ? null : { sql, values: [value] };
}
