import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { setupPrograms, type SetupProgram } from "../../shared/setup.ts";
import { privateDirectory } from "../private-directory.ts";
import { readJson, readText, writePrivate } from "../private-file.ts";
import { digest } from "./settings-file.ts";

const recorded = z.object({
  program: z.enum(setupPrograms),
  /** As the program names it, not behind its links. */
  file: z.string(),
  /** The client of the tunnel that this installation is. */
  client: z.string(),
  entries: z.array(z.object({ name: z.string(), connection: z.string() })),
  /** SHA-256 of the file as it was written: while it is that, undoing restores the base. */
  after: z.string(),
  /** Whether there was a file before, and its permission bits. */
  mode: z.number().nullable(),
  /** Whether the map of servers was made with the first entry. */
  madeServers: z.boolean(),
  /** When, by this machine's clock; null in records of older versions. */
  writtenAtMs: z.number().nullable().default(null),
});
export type Recorded = z.infer<typeof recorded>;
const recordFile = z.object({ v: z.literal(1), files: z.array(recorded) });

/** What was written into clients' files, so that it can be undone; and each file as it would be without it (its base). */
export interface SetupRecord {
  all(): readonly Recorded[];
  find(program: SetupProgram, file: string): Recorded | null;
  /** The text that the file would have without ours; null where there would be none. */
  base(of: Recorded): Promise<string | null>;
  /** Durable when it resolves; before the client's file is written. */
  put(next: Recorded, base: string | null): Promise<void>;
  drop(of: Recorded): Promise<void>;
}

export async function openRecord(directory: string): Promise<SetupRecord> {
  const path = join(directory, "setup.json");
  const folder = join(directory, "setup");
  let files: readonly Recorded[] = (await readJson(path, recordFile))?.files ?? [];

  const basePath = ({ program, file }: Recorded): string =>
    join(folder, `${digest(`${program}\n${file}`).slice(0, 32)}.before`);
  const others = ({ program, file }: Recorded): readonly Recorded[] =>
    files.filter((each) => each.program !== program || each.file !== file);

  async function save(next: readonly Recorded[]): Promise<void> {
    await writePrivate(path, `${JSON.stringify({ v: 1, files: next }, null, 2)}\n`);
    files = next;
  }

  return {
    all: () => files,
    find: (program, file) => files.find((each) => each.program === program && each.file === file) ?? null,
    async base(of) {
      if (of.mode === null) return null;
      const text = await readText(basePath(of));
      if (text !== null) return text;
      throw new CountersignError(
        "configuration",
        `${basePath(of)} is gone: take the entries out of ${of.file} by hand.`,
      );
    },
    async put(next, base) {
      await privateDirectory(folder);
      if (base !== null) await writePrivate(basePath(next), base);
      await save([...others(next), next]);
    },
    async drop(of) {
      await save(others(of));
      await rm(basePath(of), { force: true });
    },
  };
}
