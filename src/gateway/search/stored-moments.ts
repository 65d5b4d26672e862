import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { z } from "zod";
import type { AuditLine } from "../../shared/audit-search.ts";
import type { Moment, MomentBody } from "../../shared/audit-sessions.ts";
import { erasedWords } from "../../shared/erasure.ts";
import { beginningOf } from "../audit/body-beginning.ts";
import { bodyFile } from "../audit/body-files.ts";
import { bodyIn } from "../audit/body-text.ts";
import { type ErasedRanges, erasureQuery } from "../audit/erased-ranges.ts";
import type { StoredBody, StoredMoment } from "../sessions/stored-moment.ts";

/** Of a longer body so many characters are shown, its first ones. */
const mostShown = 65_536;

/** The entries of a data folder's ledger as they are stored, by their numbers. */
export class StoredMoments {
  readonly #folder: string;
  readonly #select: StatementSync;
  readonly #erasureOf: ErasedRanges["of"];

  constructor(ledger: DatabaseSync, folder: string) {
    this.#folder = folder;
    this.#erasureOf = erasureQuery(ledger);
    this.#select = ledger.prepare("SELECT leaf, body, salt FROM ledger_entries WHERE seq = ?");
  }

  /** The entry of this line. */
  of(line: AuditLine): Omit<StoredMoment, "names"> {
    const { leaf, body, salt } = storedRow.parse(this.#select.get(line.entry));
    const salted = salt === null ? null : Buffer.from(salt).toString("base64url");
    return {
      line,
      leaf,
      salt: salted,
      body: body === null ? this.#inFile(line.entry, leaf, salted) : { at: "row", text: body },
    };
  }

  /** The body of this entry; undefined where there is no such entry. */
  body(entry: number): StoredBody | undefined {
    const row = storedRow.optional().parse(this.#select.get(entry));
    if (row === undefined) return undefined;
    if (row.body !== null) return { at: "row", text: row.body };
    return this.#inFile(entry, row.leaf, row.salt === null ? null : "");
  }

  #erased(entry: number): StoredBody {
    const erasure = this.#erasureOf(entry);
    return { at: "erased", ...(erasure === undefined ? {} : { how: erasedWords(erasure) }) };
  }

  #inFile(entry: number, leaf: string, salt: string | null): StoredBody {
    const digest = salt === null ? undefined : leafBody.safeParse(JSON.parse(leaf)).data?.body;
    const path = digest === undefined ? null : bodyFile(this.#folder, digest);
    const text = path === null ? null : beginningOf(this.#folder, leaf, mostShown);
    if (digest === undefined || path === null || text === null) return this.#erased(entry);
    return { at: "file", text, digest, bytes: statSync(path).size };
  }
}

/** The entry with its body as far as it is shown. Of a body in a file the length is its bytes: characters would have to be counted one by one. */
export function momentOf({ line, body }: Pick<StoredMoment, "line" | "body">): Moment {
  return { ...line, body: shownOf(body) };
}

function shownOf(body: StoredBody): MomentBody {
  if (body.at === "erased") return { state: "erased", ...(body.how === undefined ? {} : { how: body.how }) };
  if (body.at === "file") return { state: "part", text: body.text, length: body.bytes };
  const { text } = body;
  if (text.length > mostShown) return { state: "part", text: text.slice(0, mostShown), length: text.length };
  const value = bodyIn(text);
  return value === null ? { state: "part", text, length: text.length } : { state: "whole", value };
}

const storedRow = z.object({
  leaf: z.string(),
  body: z.string().nullable(),
  salt: z.instanceof(Uint8Array).nullable(),
});
const leafBody = z.object({ body: z.string() });
