import { stat } from "node:fs/promises";
import { CountersignError } from "../../shared/errors.ts";
import { exportSource } from "./export-source.ts";
import { folderSource } from "./folder-source.ts";
import type { LedgerSource } from "./ledger-source.ts";

/**
 * Opens a ledger for reading: a data folder, also while its gateway runs, or an exported file.
 * Throws CountersignError: `not_found`, or `store_failed` where what is there is no ledger.
 */
export async function openSource(path: string): Promise<LedgerSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new CountersignError("not_found", `There is no ledger at ${path}.`, { cause });
  });
  return found.isDirectory() ? folderSource(path) : exportSource(path);
}
