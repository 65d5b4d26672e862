import { join, resolve } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { isJson, isJsonObject, type JsonObject } from "../../shared/json.ts";
import { KnownCalls } from "../audit/known-calls.ts";
import { longBody } from "../audit/long-body.ts";
import { databaseFile } from "../store/database.ts";

/** What of an entry decides whether it is erased. */
export interface RetainedEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  /** Neither body nor salt is left. */
  readonly isErased: boolean;
  readonly connection: string | null;
  /** Whose doing it was, and by whose word; ids. */
  readonly principal: string | null;
  readonly by: string | null;
  readonly call: string | null;
  readonly approval: string | null;
  readonly grant: string | null;
}

/** So many are read at once: a few milliseconds. */
const slice = 200;

const members = ["call", "approval", "connection", "principal", "by", "revokedBy", "grant", "id"] as const;
const shape = z.object({
  seq: z.number(),
  leaf: z.string(),
  erased: z.number(),
  members: z.string().nullable(),
});
const leafShape = z.object({ atMs: z.number(), kind: z.string() });

/** The ledger of a data folder whose gateway runs, read in its order, each entry with what its call or approval said before it. */
export class EntryReader {
  readonly #folder: string;
  readonly #db: DatabaseSync;
  readonly #after: StatementSync;
  readonly #calls = new KnownCalls();

  constructor(folder: string) {
    this.#folder = folder;
    this.#db = new DatabaseSync(pathToFileURL(resolve(join(folder, databaseFile))), { readOnly: true, timeout: 5000 });
    this.#db.exec("PRAGMA trusted_schema=OFF");
    const paths = members.map((name) => `'$.${name}'`).join(", ");
    this.#after = this.#db.prepare(`
      SELECT seq, leaf, body IS NULL AND salt IS NULL AS erased,
        CASE WHEN json_valid(body) THEN json_extract(body, ${paths}) END AS members
      FROM ledger_entries WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ${slice}`);
  }

  /** The next entries from this one on, before `end`; none at the end. */
  from(seq: number, end = Number.MAX_SAFE_INTEGER): readonly RetainedEntry[] {
    const entries: RetainedEntry[] = [];
    for (const each of this.#after.iterate(seq, end)) {
      const row = shape.parse(each);
      entries.push(this.#entryOf(row));
      // One that was read from its file may have taken as long as all others together.
      if (row.members === null && row.erased === 0) break;
    }
    return entries;
  }

  close(): void {
    this.#db.close();
  }

  #entryOf({ seq, leaf, erased, members: text }: z.infer<typeof shape>): RetainedEntry {
    const { atMs, kind } = leafShape.parse(JSON.parse(leaf));
    const isErased = erased === 1;
    const isLong = text === null && !isErased;
    const body = isLong ? longBody(this.#folder, kind, leaf) : bodyOf(text);
    const { connection, principal, by, call, approval } = this.#calls.take(kind, body);
    const seen = kind === "principal.seen" ? body["id"] : null;
    return {
      seq,
      atMs,
      kind,
      isErased,
      connection,
      principal: typeof seen === "string" ? seen : principal,
      by,
      call,
      approval,
      grant: typeof body["grant"] === "string" ? body["grant"] : null,
    };
  }
}

/** What `json_extract` of several paths answers: an array, null where there is no such member. */
function bodyOf(text: string | null): JsonObject {
  const values: unknown = text === null ? null : JSON.parse(text);
  if (!Array.isArray(values)) return {};
  const named = Object.fromEntries(members.map((name, at): [string, unknown] => [name, values[at] ?? null]));
  return isJson(named) && isJsonObject(named) ? named : {};
}
