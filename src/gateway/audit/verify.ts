import { type LedgerKeys, ledgerKeys } from "../../shared/ledger-keys.ts";
import { type Checkpoint, verifierName } from "../../shared/note.ts";
import { CountersignError } from "../../shared/errors.ts";
import { type Finding, Findings } from "./findings.ts";
import type { LedgerSource } from "./ledger-source.ts";
import type { GrowingTree } from "./merkle.ts";
import type { Witnessed, WitnessKey } from "../witnesses/cosignature.ts";
import { CheckpointCheck } from "./verify-checkpoints.ts";
import { EntryCheck } from "./verify-entries.ts";

export type LedgerReport =
  /** Every entry is as it was written; `checkpoint` is the note that says so. `witnessed`: of each witness that was asked for, the largest tree that it cosigned. */
  | {
      readonly ok: true;
      readonly origin: string;
      readonly entries: number;
      /** Of how many of them the body was erased, on the record; absent for none. */
      readonly erased?: number;
      readonly checkpoint: string;
      readonly witnessed: readonly Witnessed[];
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export interface VerifyOptions {
  /** The log's public key (C2SP verifier key), known from elsewhere: a key from the ledger's own folder proves nothing. */
  readonly verifierKey: string;
  /** The newest checkpoint (signed note) the reader saw before, where it kept one. */
  readonly seen?: string;
  /** Whose cosignatures are asked for, known from elsewhere as well. */
  readonly witnesses?: readonly WitnessKey[];
  /** Told after each entry how many were read. */
  readonly onEntry?: (read: number) => void;
}

/**
 * Verifies a ledger and closes its source: entries, tree, checkpoints, and the checkpoint kept from before. Throws
 * CountersignError `bad_request` where the key is none, and what the source throws where it can't be read.
 */
export async function verifyLedger(source: LedgerSource, options: VerifyOptions): Promise<LedgerReport> {
  try {
    const origin = verifierName(options.verifierKey);
    if (origin === null)
      throw new CountersignError("bad_request", "The key is not a ledger's verifier key (NAME+HASH+KEY).");
    return await verify(source, origin, options);
  } finally {
    source.close();
  }
}

async function verify(source: LedgerSource, origin: string, options: VerifyOptions): Promise<LedgerReport> {
  const findings = new Findings();
  const keys = await keysOf(source, options.verifierKey, findings);
  const entries = new EntryCheck(findings, keys.rotations);
  const checkpoints = new CheckpointCheck(source.checkpoints(), keys, findings, options.witnesses);
  const kept = await KeptCheck.of(options.seen, keys, findings);
  await checkpoints.begin();
  await checkpoints.meet(entries.tree, false);
  kept.meet(entries.tree);
  let read = 0;
  for await (const page of source.pages("digests")) {
    for (const entry of page) {
      options.onEntry?.((read += 1));
      entries.check(entry);
      kept.meet(entries.tree);
      // Most entries meet none: to wait for nothing a million times would cost as much as a hash each.
      if (checkpoints.isDue(entries.tree.size)) await checkpoints.meet(entries.tree, entries.displaced);
    }
  }
  entries.finish();
  await checkpoints.finish(entries.end);
  kept.finish(entries.end);
  await checkHeader(source, origin, entries.end, findings);
  const { last, held, witnessed } = checkpoints;
  if (findings.none && last !== null && held === entries.tree.size && held === last.size) {
    const erased = entries.erased === 0 ? {} : { erased: entries.erased };
    return { ok: true, origin, entries: held, ...erased, checkpoint: last.note, witnessed };
  }
  // Every way here has a finding; should one be missed, the ledger still isn't verified.
  if (findings.none) findings.add("ledger", "the tree over all entries was never compared with a signed root");
  return { ok: false, findings: findings.list() };
}

/** The ledger's keys as far as the trusted one vouches for them; where that is in doubt, the trusted one alone. */
async function keysOf(source: LedgerSource, trusted: string, findings: Findings): Promise<LedgerKeys> {
  const keys = await ledgerKeys(trusted, await source.rotations());
  if (keys !== null) return keys;
  findings.add("keys", "the key doesn't vouch for the others: their rotations are not signed in one chain with it");
  const alone = await ledgerKeys(trusted, []);
  if (alone === null) throw new CountersignError("internal", "A key alone is a chain.");
  return alone;
}

async function checkHeader(source: LedgerSource, origin: string, end: number, findings: Findings): Promise<void> {
  const header = await source.header();
  if (!header.readable) {
    findings.add(header.place, header.what);
    return;
  }
  if (header.origin !== origin) findings.add("header", "this is the log of another gateway than the key's");
  if (source.form === "export" && header.entries !== end) {
    findings.add("header", `it announces ${header.entries} entries, and ${end} are there`);
  }
}

/** The checkpoint that a client kept: the log may only have grown since. */
class KeptCheck {
  readonly #kept: Checkpoint | null;
  readonly #findings: Findings;
  #met = false;

  private constructor(kept: Checkpoint | null, findings: Findings) {
    this.#kept = kept;
    this.#findings = findings;
  }

  static async of(seen: string | undefined, keys: LedgerKeys, findings: Findings): Promise<KeptCheck> {
    const kept = seen === undefined ? null : await keys.verify(seen);
    if (seen !== undefined && kept === null) findings.add("kept checkpoint", "not signed by this log's key");
    return new KeptCheck(kept, findings);
  }

  meet(tree: GrowingTree): void {
    if (this.#kept === null || this.#met || tree.size !== this.#kept.size) return;
    this.#met = true;
    if (tree.root() === this.#kept.root) return;
    this.#findings.add("kept checkpoint", `the history was rewritten: the first ${tree.size} leaves have another root`);
  }

  finish(end: number): void {
    if (this.#kept === null || this.#met) return;
    const { size } = this.#kept;
    const what = end < size ? `entries ${end}..${size - 1} are missing` : "fewer leaves are there than it covers";
    this.#findings.add("kept checkpoint", `it covers ${size} entries: ${what}`);
  }
}
