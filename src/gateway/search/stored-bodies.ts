import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { z } from "zod";
import type { AuditLine } from "../../shared/audit-search.ts";
import type { Moment, MomentBody } from "../../shared/audit-sessions.ts";
import { isJson, isJsonObject } from "../../shared/json.ts";
import { beginningOf } from "../audit/body-beginning.ts";
import { bodyFile } from "../audit/body-files.ts";

/** Of a longer body so many characters are shown, its first ones. */
const mostShown = 65_536;

/** Where the text of an entry's body stands: here, in the file of this digest, or nowhere any more. */
export const bodyPlace = z.discriminatedUnion("at", [
  z.object({ at: z.literal("row"), leaf: z.string(), text: z.string() }),
  z.object({ at: z.literal("file"), leaf: z.string(), digest: z.string() }),
  z.object({ at: z.literal("erased"), leaf: z.string() }),
]);
export type BodyPlace = z.infer<typeof bodyPlace>;

/** The bodies of a data folder's ledger, by their entries' numbers. */
export class StoredBodies {
  readonly #folder: string;
  readonly #select: StatementSync;

  constructor(ledger: DatabaseSync, folder: string) {
    this.#folder = folder;
    this.#select = ledger.prepare("SELECT leaf, body, salt IS NOT NULL AS salted FROM ledger_entries WHERE seq = ?");
  }

  /** Undefined where there is no such entry. */
  of(entry: number): BodyPlace | undefined {
    const row = bodyRow.optional().parse(this.#select.get(entry));
    if (row === undefined) return undefined;
    const { leaf, body, salted } = row;
    if (body !== null) return { at: "row", leaf, text: body };
    const digest = salted === 1 ? digestIn(leaf) : null;
    return digest === null ? { at: "erased", leaf } : { at: "file", leaf, digest };
  }

  /** The entry with its body as far as it is shown. */
  moment(line: AuditLine): Moment {
    return { ...line, body: this.#shown(this.of(line.entry)) };
  }

  #shown(place: BodyPlace | undefined): MomentBody {
    if (place === undefined || place.at === "erased") return { state: "erased" };
    if (place.at === "row") return shownOf(place.text);
    const text = beginningOf(this.#folder, place.leaf, mostShown);
    const path = bodyFile(this.#folder, place.digest);
    if (text === null || path === null) return { state: "erased" };
    // Its length in bytes: characters would have to be counted one by one.
    return { state: "part", text, length: statSync(path).size };
  }
}

/** A body's text as far as it is shown. */
function shownOf(text: string): MomentBody {
  if (text.length > mostShown) return { state: "part", text: text.slice(0, mostShown), length: text.length };
  const value: unknown = JSON.parse(text);
  return isJson(value) && isJsonObject(value)
    ? { state: "whole", value }
    : { state: "part", text, length: text.length };
}

const bodyRow = z.object({ leaf: z.string(), body: z.string().nullable(), salted: z.number() });

function digestIn(leaf: string): string | null {
  return z.object({ body: z.string() }).safeParse(JSON.parse(leaf)).data?.body ?? null;
}
