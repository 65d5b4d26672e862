import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { isJson, isJsonObject } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";

/** What the caller of a held call is owed: its masked answer, or, where `answer` is null, word of how it was decided. */
interface OwedAnswer {
  readonly approval: string;
  readonly lookup: string;
  readonly answer: RpcMessage | null;
  /** Until when it is kept. */
  readonly untilMs: number;
}

/** At most one answer a lookup: the newest. */
export interface AnswerReads {
  /** The answer that nobody got yet, of the call with this lookup. */
  owed(lookup: string): OwedAnswer | undefined;
  /** The answer of this approval, delivered or not. */
  of(approval: string): OwedAnswer | undefined;
}

export interface AnswerWrites extends AnswerReads {
  put(answer: OwedAnswer): void;
  /** Somebody got it. */
  deliver(approval: string): void;
  /** Deletes all that are kept no longer. */
  forget(nowMs: number): void;
}

/** Made at every opening, so that a store of before it gains it. */
const schema = `
  CREATE TABLE IF NOT EXISTS answers (
    lookup TEXT PRIMARY KEY,
    approval TEXT NOT NULL UNIQUE,
    answer TEXT,
    delivered INTEGER NOT NULL CHECK (delivered IN (0, 1)),
    until_ms INTEGER NOT NULL
  ) STRICT;
`;

const row = z.object({
  lookup: z.string(),
  approval: z.string(),
  answer: z.string().nullable(),
  until_ms: z.number(),
});

/** Reads and writes over the table of answers. */
export function answerTable(db: DatabaseSync): AnswerWrites {
  db.exec(schema);
  const owed = db.prepare("SELECT * FROM answers WHERE lookup = ? AND delivered = 0");
  const of = db.prepare("SELECT * FROM answers WHERE approval = ?");
  const put = db.prepare(`
    INSERT INTO answers (lookup, approval, answer, delivered, until_ms) VALUES (?, ?, ?, 0, ?)
    ON CONFLICT (lookup) DO UPDATE SET approval = excluded.approval, answer = excluded.answer, delivered = 0,
      until_ms = excluded.until_ms`);
  const deliver = db.prepare("UPDATE answers SET delivered = 1 WHERE approval = ?");
  const forget = db.prepare("DELETE FROM answers WHERE until_ms <= ?");
  return {
    owed: (lookup) => parse(owed.get(lookup)),
    of: (approval) => parse(of.get(approval)),
    put: ({ lookup, approval, answer, untilMs }) =>
      void put.run(lookup, approval, answer === null ? null : JSON.stringify(answer), Math.ceil(untilMs)),
    deliver: (approval) => void deliver.run(approval),
    forget: (nowMs) => void forget.run(Math.floor(nowMs)),
  };
}

function parse(found: unknown): OwedAnswer | undefined {
  if (found === undefined) return undefined;
  const { lookup, approval, answer, until_ms: untilMs } = row.parse(found);
  return { lookup, approval, answer: answer === null ? null : messageOf(answer), untilMs };
}

function messageOf(text: string): RpcMessage {
  const value: unknown = JSON.parse(text);
  if (!isRpcMessage(value)) throw new TypeError("A kept answer is no JSON-RPC message.");
  return value;
}

function isRpcMessage(value: unknown): value is RpcMessage {
  return isJson(value) && isJsonObject(value) && value.jsonrpc === "2.0";
}
