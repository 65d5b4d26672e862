import type { SessionView } from "../../shared/audit-sessions.ts";
import type { Piece, StoredMoment } from "./stored-moment.ts";

/** The first line of a session as JSON Lines (docs/ledger.md, "A session's export"). */
export function linesHead(origin: string, session: SessionView): string {
  return `${JSON.stringify({ v: 1, origin, session })}\n`;
}

/** The line of an entry: its body is the exact text that was hashed, which is JSON. */
export function linesMoment({ line, leaf, salt, body }: StoredMoment): readonly Piece[] {
  const { entry, atMs, kind } = line;
  const before = `${JSON.stringify({ entry, atMs, kind, leaf, salt }).slice(0, -1)},"body":`;
  if (body.at === "erased") return [`${before}null}\n`];
  return [before, body.at === "row" ? body.text : { file: body.digest }, "}\n"];
}
