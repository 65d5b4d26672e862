import { rmSync } from "node:fs";
import { join } from "node:path";

/** The index's own file within the data folder. It may be deleted: it is made anew from the ledger. */
export const indexFile = "search.sqlite";

/** Deletes the index of this data folder, which nobody has open. */
export function removeIndex(folder: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, indexFile) + end, { force: true });
}
