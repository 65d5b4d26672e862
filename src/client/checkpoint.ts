import { join } from "node:path";
import { CountersignError, toFailure, type Failure } from "../shared/errors.ts";
import type { Checkpoint } from "../shared/note.ts";
import { isConsistent } from "../shared/tree-proof.ts";
import { createKnownKeys, later } from "./known-ledger-keys.ts";
import { readText, writePrivate } from "./private-file.ts";

/** Keeps the newest proved checkpoint of the gateway's ledger in `checkpoint.txt`, for `audit verify` to hold the log to. */
export interface CheckpointKeeper {
  /** Null while every checkpoint verified and continued the one before; then what was wrong, for the rest of the process. */
  failure(): Failure | null;
  /**
   * Verifies a signed note, and stores it once the gateway has proved that its ledger continues the one kept. Notes are taken one after the
   * other; of those that come while a proof is under way, or soon after one, the newest alone is proved.
   */
  take(note: string): Promise<void>;
}

export interface CheckpointKeeperOptions {
  readonly directory: string;
  /** The pinned verifier key. */
  readonly ledgerKey: string;
  /** The notes by which it handed over to later keys, as the gateway shows them. Throws its codes. */
  readonly rotations: () => Promise<readonly string[]>;
  /** The gateway's proof that its ledger of `to` entries continues the one of `from`: base64 hashes. Throws its codes. */
  readonly prove: (from: number, to: number) => Promise<readonly string[]>;
  /** Called once, with the first thing that is wrong. */
  readonly onFailure: (failure: Failure) => void;
  /** The least time between two proofs, in milliseconds. */
  readonly paceMs: number;
}

export function createCheckpointKeeper(options: CheckpointKeeperOptions): CheckpointKeeper {
  const path = join(options.directory, "checkpoint.txt");
  const known = createKnownKeys(options);
  let failure: Failure | null = null;
  /** What is stored. */
  let kept: Checkpoint | null = null;
  /** The largest that was seen, proved or not. */
  let largest: Checkpoint | null = null;
  /** What is to be proved once the time has come. */
  let waiting: { readonly note: string; readonly seen: Checkpoint } | null = null;
  let pause: NodeJS.Timeout | undefined;
  let turn: Promise<void> = readStored();

  function fail(error: unknown): void {
    failure = toFailure(error);
    options.onFailure(failure);
  }

  async function readStored(): Promise<void> {
    const note = await readText(path);
    if (note === null) return;
    kept = await known.verify(note);
    if (kept === null) throw inconsistent(`${path} was not signed by the pinned ledger key: look who changed it.`);
    largest = kept;
  }

  async function check(note: string): Promise<void> {
    // What was kept is the evidence: once something is wrong nothing replaces it.
    if (failure !== null) return;
    const seen = await known.verifyNow(note);
    if (seen === "later") return;
    if (seen === null) throw inconsistent("A checkpoint was not signed by the pinned ledger key: tell an auditor.");
    if (largest !== null) refuseOther(seen, largest);
    largest = seen;
    if (kept === null || seen.size > kept.size) waiting = { note, seen };
    if (pause === undefined) await proveWaiting();
  }

  async function proveWaiting(): Promise<void> {
    if (waiting === null || failure !== null) return;
    const { note, seen } = waiting;
    if (kept !== null) {
      const { size, root } = kept;
      pause = setTimeout(again, options.paceMs).unref();
      const proof = await options.prove(size, seen.size).catch(refusal);
      // The next note asks again: one comes with every connection.
      waiting = null;
      if (proof === null) return;
      if (!(await isConsistent({ size, root }, seen, proof)))
        throw inconsistent(`The ledger of ${seen.size} entries doesn't continue the one of ${size}: tell an auditor.`);
    }
    await writePrivate(path, note);
    kept = seen;
    waiting = null;
  }

  function again(): void {
    pause = undefined;
    turn = turn.then(proveWaiting).catch(fail);
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

/** Two notes of one size have one root, and a later one is never smaller. */
function refuseOther(seen: Checkpoint, largest: Checkpoint): void {
  if (seen.size < largest.size)
    throw inconsistent(`The ledger shrank from ${largest.size} to ${seen.size} entries: tell an auditor.`);
  if (seen.size === largest.size && seen.root !== largest.root)
    throw inconsistent(`The ledger has two histories of ${seen.size} entries: tell an auditor.`);
}

/** Null where the proof may come another time; throws where the gateway has none. */
function refusal(error: unknown): null {
  const { code } = toFailure(error);
  if (later.has(code)) return null;
  throw inconsistent(`The gateway has no proof that its ledger only grew (${code}): tell an auditor.`);
}

function inconsistent(message: string): CountersignError {
  return new CountersignError("ledger_inconsistent", message);
}
