import { rm } from "node:fs/promises";
import { withOwner } from "./owner.ts";

/** Runs this on a fresh export of the ledger of the profile's gateway, which takes the role auditor; the file is removed afterwards. */
export async function withExport<T>(profile: string, use: (file: string) => Promise<T>): Promise<T> {
  return await withOwner(profile, async (owner) => {
    const file = await owner.ask("ledger.export", {});
    try {
      return await use(file);
    } finally {
      await rm(file, { force: true });
    }
  });
}
