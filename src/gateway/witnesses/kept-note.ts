import { readdirSync, readFileSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

const fileName = /^witness-[a-z0-9][a-z0-9-]{0,62}\.txt$/;

/** The newest note that a witness cosigned, in a file of its own within the data folder; null without one. */
export async function readKeptNote(folder: string, name: string): Promise<string | null> {
  return await readFile(join(folder, `witness-${name}.txt`), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

/** Replaces it, whole or not at all. */
export async function keepNote(folder: string, name: string, note: string): Promise<void> {
  const path = join(folder, `witness-${name}.txt`);
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(note);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** All that a data folder has. */
export function keptNotes(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => fileName.test(name));
  return names.toSorted().map((name) => readFileSync(join(folder, name), "utf8"));
}
