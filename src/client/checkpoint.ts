import { join } from "node:path";
import { CountersignError, toFailure, type Failure } from "../shared/errors.ts";
import { verifyCheckpoint, type Checkpoint } from "../shared/note.ts";
import { readText, writePrivate } from "./private-file.ts";

/** Keeps the newest verified checkpoint of the gateway's ledger in `checkpoint.txt`, for `audit verify` to hold the log to. */
export interface CheckpointKeeper {
  /** Null while every checkpoint verified and none shrank; then what was wrong, for the rest of the process. */
  failure(): Failure | null;
  /** Verifies a signed note and stores it where it is newer. Notes are taken one after the other. */
  take(note: string): Promise<void>;
}

/** `ledgerKey`: the pinned verifier key. `onFailure` is called once, with the first thing that is wrong. */
export function createCheckpointKeeper(
  directory: string,
  ledgerKey: string,
  onFailure: (failure: Failure) => void,
): CheckpointKeeper {
  const path = join(directory, "checkpoint.txt");
  let failure: Failure | null = null;
  let newest: Checkpoint | null = null;
  let turn: Promise<void> = readStored();

  function fail(error: unknown): void {
    failure = toFailure(error);
    onFailure(failure);
  }

  async function readStored(): Promise<void> {
    const note = await readText(path);
    if (note === null) return;
    newest = await verifyCheckpoint(note, ledgerKey);
    if (newest === null) throw inconsistent(`${path} was not signed by the pinned ledger key: look who changed it.`);
  }

  async function check(note: string): Promise<void> {
    // What was kept is the evidence: once something is wrong nothing replaces it.
    if (failure !== null) return;
    const seen = await verifyCheckpoint(note, ledgerKey);
    if (seen === null) throw inconsistent("A checkpoint was not signed by the pinned ledger key: tell an auditor.");
    if (newest !== null && seen.size < newest.size) {
      const message = `The ledger shrank from ${newest.size} to ${seen.size} entries: tell an auditor.`;
      throw inconsistent(message);
    }
    if (newest !== null && seen.size === newest.size) {
      if (seen.root !== newest.root)
        throw inconsistent(`The ledger has two histories of ${seen.size} entries: tell an auditor.`);
      return;
    }
    await writePrivate(path, note);
    newest = seen;
  }

  turn = turn.catch(fail);
  return {
    failure: () => failure,
    take(note) {
      turn = turn.then(() => check(note)).catch(fail);
      return turn;
    },
  };
}

function inconsistent(message: string): CountersignError {
  return new CountersignError("ledger_inconsistent", message);
}
