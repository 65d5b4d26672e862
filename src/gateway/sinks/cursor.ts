import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** How far a sink has taken the ledger: the number of the next entry. */
const state = z.strictObject({ next: z.number().int().nonnegative() });

/** One sink's place in the ledger, in a file of its own within the data folder. It is written after a delivery: what was taken just before a crash comes again, under the same id. */
export class Cursor {
  readonly #path: string;

  constructor(folder: string, name: string) {
    this.#path = join(folder, `sink-${name}.json`);
  }

  /** Null where the sink is new. Throws where the file can't be read: to begin anew by itself would repeat all or lose some. */
  async read(): Promise<number | null> {
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    return text === null ? null : state.parse(JSON.parse(text)).next;
  }

  async write(next: number): Promise<void> {
    const fresh = `${this.#path}.new`;
    const file = await open(fresh, "w", 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ next })}\n`);
      // A power cut would otherwise leave the name to an empty file.
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.#path);
  }
}
