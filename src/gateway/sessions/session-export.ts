import type { SessionFormat, SessionView } from "../../shared/audit-sessions.ts";
import { linesHead, linesMoment } from "./lines-format.ts";
import { pageFoot, pageHead } from "./page-format.ts";
import { pageMoment } from "./page-moment.ts";
import type { Piece, StoredMoment } from "./stored-moment.ts";

/** An export's beginning; `origin` is the ledger's. */
export function exportHead(format: SessionFormat, origin: string, session: SessionView): string {
  return format === "jsonl" ? linesHead(origin, session) : pageHead(origin, session);
}

/** The pieces of one entry. */
export function exportMoment(format: SessionFormat, moment: StoredMoment, session: SessionView): readonly Piece[] {
  return format === "jsonl" ? linesMoment(moment) : [pageMoment(moment, session)];
}

export function exportFoot(format: SessionFormat): string {
  return format === "jsonl" ? "" : pageFoot();
}
