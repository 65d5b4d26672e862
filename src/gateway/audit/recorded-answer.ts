import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { hidden, json, type MaskedPayload } from "../../shared/approval.ts";

/** What the target answered to an approved call, as the ledger has it: its masked result or error, and of a long one the length alone. */
interface RecordedAnswer {
  readonly value: MaskedPayload | null;
  /** Of the entry's body, in characters. */
  readonly length: number;
}

/** Reads the answer of this approval's call; undefined where none was recorded, or its body was erased. */
export type AnswerOf = (approval: string, mostLength: number) => RecordedAnswer | undefined;

/** An outcome and its answer are one commit, the answer first (approvals/ending.ts): it is the entry before, if it says so itself. */
export function recordedAnswers(db: DatabaseSync): AnswerOf {
  const select = db.prepare(`
    SELECT length(body) AS length, iif(length(body) <= $most, body, NULL) AS body FROM ledger_entries
    WHERE seq = (SELECT seq - 1 FROM approval_entries
        WHERE approval = $approval AND kind IN ('approval.executed', 'approval.failed', 'approval.unknown'))
      AND leaf ->> '$.kind' = 'call.response' AND body ->> '$.approval' = $approval`);
  return (approval, most) => {
    const found = select.get({ approval, most });
    if (found === undefined) return undefined;
    const { length, body } = row.parse(found);
    return { length, value: body === null ? null : shownIn(body) };
  };
}

const row = z.object({ length: z.number(), body: z.string().nullable() });
const entry = z.object({
  response: z.object({ result: json.optional(), error: json.optional() }),
  hidden: z.array(hidden),
});

/** Masked places are told from the result or the error on. */
function shownIn(body: string): MaskedPayload {
  const { response, hidden: places } = entry.parse(JSON.parse(body));
  return { arguments: response.error ?? response.result ?? null, hidden: places };
}
