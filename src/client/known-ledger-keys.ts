import { join } from "node:path";
import { z } from "zod";
import { toFailure, type ErrorCode } from "../shared/errors.ts";
import { ledgerKeys, type LedgerKeys } from "../shared/ledger-keys.ts";
import type { Checkpoint } from "../shared/note.ts";
import { readText, writePrivate } from "./private-file.ts";

/** With these something that the gateway is asked for may come another time. */
export const later: ReadonlySet<ErrorCode> = new Set([
  "gateway_unreachable",
  "transient",
  "signed_out",
  "reauthentication_needed",
  "token_expired",
]);

/** The keys that a gateway's ledger is signed by, as far as the pinned one vouches for them. */
export interface KnownKeys {
  /** The checkpoint of a note that a known key signed, or null. */
  verify(note: string): Promise<Checkpoint | null>;
  /** The same; of a note that none signed, the gateway is asked whether its key was rotated. "later" where it can't be asked now. */
  verifyNow(note: string): Promise<Checkpoint | "later" | null>;
}

interface Options {
  readonly directory: string;
  /** The pinned verifier key. */
  readonly ledgerKey: string;
  readonly rotations: () => Promise<readonly string[]>;
}

const stored = z.array(z.string());

/** What was learnt is kept in `ledger-keys.json`, so that a checkpoint that was kept can be read again without the gateway. */
export function createKnownKeys({ directory, ledgerKey, rotations }: Options): KnownKeys {
  const path = join(directory, "ledger-keys.json");
  let known: Promise<LedgerKeys | null> | undefined;

  async function readStored(): Promise<LedgerKeys | null> {
    const text = await readText(path);
    const keys = await ledgerKeys(ledgerKey, text === null ? [] : notesIn(text));
    return keys ?? (await ledgerKeys(ledgerKey, []));
  }

  const current = () => (known ??= readStored());
  const verify: KnownKeys["verify"] = async (note) => (await (await current())?.verify(note)) ?? null;

  /** The keys of these notes, where they begin with those that are known: a key hands over once, so that another successor is a second history. */
  async function follow(notes: readonly string[]): Promise<LedgerKeys | null> {
    const before = [...((await current())?.rotations.values() ?? [])];
    return before.every((note, at) => note === notes[at]) ? await ledgerKeys(ledgerKey, notes) : null;
  }

  return {
    verify,
    async verifyNow(note) {
      const seen = await verify(note);
      if (seen !== null) return seen;
      try {
        const notes = await rotations();
        const keys = await follow(notes);
        const checkpoint = (await keys?.verify(note)) ?? null;
        if (checkpoint === null) return null;
        await writePrivate(path, `${JSON.stringify(notes)}\n`);
        known = Promise.resolve(keys);
        return checkpoint;
      } catch (error) {
        if (later.has(toFailure(error).code)) return "later";
        throw error;
      }
    },
  };
}

/** A file that was damaged is as one that isn't there: the gateway is asked again. */
function notesIn(text: string): readonly string[] {
  try {
    return stored.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}
