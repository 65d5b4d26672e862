import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { fileDigestOf, readBody } from "./body-files.ts";
import type { SourceEntry, Unreadable } from "./ledger-source.ts";

/** Completes an entry whose body stands in a file. */
export type Complete = (entry: SourceEntry, digest: string) => Promise<SourceEntry>;

/** The entry with what its body's file says, which its leaf names; without one where that is gone. Throws what `complete` throws of ours. */
export async function withFile(entry: SourceEntry, complete: Complete): Promise<SourceEntry | Unreadable> {
  const digest = digestIn(entry.leaf);
  try {
    return digest === null ? entry : await complete(entry, digest);
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    return { readable: false, place: `entry ${entry.row ?? 0}`, what: "the file of its body can't be read" };
  }
}

/** With the whole body, as text. */
export function withBody(folder: string): Complete {
  return async (entry, digest) => ({ ...entry, body: await readBody(folder, digest) });
}

/** With its digest alone. What says something of the log itself has to be read whole, however long it is. */
export function withDigest(folder: string): Complete {
  const whole = withBody(folder);
  return async (entry, digest) =>
    /"kind":"(entries\.erased|ledger\.key)"/.test(entry.leaf)
      ? await whole(entry, digest)
      : { ...entry, fileDigest: await fileDigestOf(folder, digest, entry.salt ?? "") };
}

function digestIn(leaf: string): string | null {
  try {
    return z.object({ body: z.string() }).parse(JSON.parse(leaf)).body;
  } catch {
    return null;
  }
}
