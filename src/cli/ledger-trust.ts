import { readFile, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { readText } from "../client/private-file.ts";
import { readProfile } from "../client/profile.ts";
import { CountersignError } from "../shared/errors.ts";
import { verifierName } from "../shared/note.ts";

/** What a check rests on: a key and a checkpoint that did not come with the ledger. */
export interface Trust {
  readonly verifierKey: string;
  /** The last checkpoint the profile saw; absent where there is no profile of this log. */
  readonly seen?: string;
}

/** The key given, or the one that the profile pinned, and the checkpoint that it kept. Throws CountersignError `usage` where there is no key. */
export async function ledgerTrust(profile: string, key: string | undefined, data: string | undefined): Promise<Trust> {
  const pinned = (await readProfile(profile))?.ledgerKey ?? null;
  const verifierKey = key === undefined ? pinned : await givenKey(key, data);
  if (verifierKey === null) {
    const message = "No key to check by: give --key KEY|FILE, or a --profile whose gateway was confirmed.";
    throw new CountersignError("usage", message);
  }
  const seen = verifierKey === pinned ? await readText(join(profile, "checkpoint.txt")) : null;
  return seen === null ? { verifierKey } : { verifierKey, seen };
}

/** A key given as itself or as a file, which must not lie with the ledger: whoever rewrites one can rewrite the other. */
async function givenKey(key: string, data: string | undefined): Promise<string> {
  if (verifierName(key) !== null) return key.trim();
  const file = await realpath(key).catch(() => null);
  if (file === null) throw new CountersignError("usage", "--key is neither a verifier key (NAME+HASH+KEY) nor a file.");
  const folder = data === undefined ? null : await realpath(data).catch(() => null);
  if (folder !== null && file.startsWith(folder + sep)) {
    throw new CountersignError("usage", "--key lies in the folder that it is to check: take it from elsewhere.");
  }
  return (await readFile(file, "utf8")).trim();
}
