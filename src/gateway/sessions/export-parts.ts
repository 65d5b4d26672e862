import type { SessionFormat } from "../../shared/audit-sessions.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { LedgerSearch } from "../search/search.ts";
import type { Piece } from "./stored-moment.ts";

/**
 * The pieces of a session's export, part by part; nothing where there is no such session. The index may be made anew, before or meanwhile: while it
 * has not read all `entries` that the ledger had, what is missing would be missing in the file, which looks whole. Throws CountersignError
 * `transient` then, and `store_failed`.
 */
export async function* exportParts(
  search: Pick<LedgerSearch, "exported">,
  { id, format, entries }: { readonly id: string; readonly format: SessionFormat; readonly entries: number },
): AsyncGenerator<readonly Piece[]> {
  for (let after: number | null = -1; after !== null;) {
    const part = await search.exported(id, format, after);
    const isWhole = part.indexed >= entries;
    if (!isWhole || (part.found === null && after !== -1))
      throw new CountersignError("transient", "The ledger is being read for searching: export again in a while.");
    if (part.found === null) return;
    yield part.found.pieces;
    after = part.found.next;
  }
}
