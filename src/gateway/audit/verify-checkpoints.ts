import type { LedgerKeys } from "../../shared/ledger-keys.ts";
import type { Checkpoint } from "../../shared/note.ts";
import { witnessedBy, type Witnessed, type WitnessKey } from "../witnesses/cosignature.ts";
import { checkpointEvery } from "./checkpoint.ts";
import type { Findings } from "./findings.ts";
import type { SourceCheckpoint, Unreadable } from "./ledger-source.ts";
import type { GrowingTree } from "./merkle.ts";

/** A checkpoint whose signature holds, with its note. */
export interface Signed extends Checkpoint {
  readonly note: string;
}

/** Reads checkpoints in step with the entries, so that each meets the tree of its size. */
export class CheckpointCheck {
  readonly #checkpoints: AsyncIterator<SourceCheckpoint | Unreadable>;
  readonly #keys: LedgerKeys;
  readonly #findings: Findings;
  #next: Signed | null = null;
  #last: Signed | null = null;
  #required = 0;
  #held = 0;
  #broken = false;
  readonly #witnesses: readonly WitnessKey[];
  readonly #witnessed = new Map<string, Witnessed>();

  constructor(
    checkpoints: AsyncIterable<SourceCheckpoint | Unreadable>,
    keys: LedgerKeys,
    findings: Findings,
    witnesses: readonly WitnessKey[] = [],
  ) {
    this.#witnesses = witnesses;
    this.#checkpoints = checkpoints[Symbol.asyncIterator]();
    this.#keys = keys;
    this.#findings = findings;
  }

  /** The last checkpoint whose signature holds. */
  get last(): Signed | null {
    return this.#last;
  }

  /** The size of the largest tree that had its signed root. */
  get held(): number {
    return this.#held;
  }

  /** Of each witness that was asked for, the largest tree that it cosigned. */
  get witnessed(): readonly Witnessed[] {
    return [...this.#witnessed.values()];
  }

  /** Whether `meet` has something to do at this size. */
  isDue(size: number): boolean {
    return this.#next !== null && this.#next.size <= size;
  }

  /** Reads the first checkpoint; afterwards `meet` keeps one ahead. */
  async begin(): Promise<void> {
    await this.#advance();
  }

  /**
   * Compares the tree with the checkpoints of its size. After a first wrong root all later ones are wrong too and say
   * nothing more; the same where entries are displaced, which has its own finding.
   */
  async meet(tree: GrowingTree, displaced: boolean): Promise<void> {
    while (this.#next !== null && this.#next.size <= tree.size) {
      const holds = this.#next.size === tree.size && tree.root() === this.#next.root;
      if (holds) {
        this.#held = tree.size;
        this.#hear(this.#next.note);
      } else if (!this.#broken && !displaced) {
        this.#broken = true;
        const what = `the log was changed here: its first ${tree.size} leaves don't have the root that checkpoint ${this.#next.size} signs`;
        this.#findings.entries(Math.max(0, Math.min(this.#held, tree.size - 1)), Math.max(0, tree.size - 1), what);
      }
      await this.#advance();
    }
  }

  /** Reads what is left, and compares the log's length with the last checkpoint and with those that must be there. */
  async finish(end: number): Promise<void> {
    while (this.#next !== null) await this.#advance();
    if (this.#last === null) {
      this.#findings.add("checkpoints", "missing: no checkpoint is signed by this key, so nothing vouches for the log");
      return;
    }
    this.#requireBefore(end + 1);
    for (const { name } of this.#witnesses) {
      const what = "no checkpoint that holds has a cosignature by its key: nobody else vouches that the log only grew";
      if (!this.#witnessed.has(name)) this.#findings.add(`witness ${name}`, what);
    }
    const { size } = this.#last;
    if (size > end) this.#findings.entries(end, size - 1, `missing at the end: checkpoint ${size} covers them`);
    if (size < end)
      this.#findings.entries(size, end - 1, "no checkpoint covers them: the newest was removed, or they were added");
  }

  /** What witnesses signed on a checkpoint that holds. */
  #hear(note: string): void {
    for (const witness of this.#witnesses) {
      const said = witnessedBy(witness, note);
      if (said !== null) this.#witnessed.set(witness.name, said);
    }
  }

  async #advance(): Promise<void> {
    this.#next = null;
    while (this.#next === null) {
      const item = await this.#checkpoints.next();
      if (item.done === true) return;
      this.#next = await this.#read(item.value);
    }
    this.#last = this.#next;
  }

  async #read(item: SourceCheckpoint | Unreadable): Promise<Signed | null> {
    if (!item.readable) {
      this.#findings.add(item.place, item.what);
      return null;
    }
    const { filedAs, note } = item;
    const claimed = filedAs ?? claimedSize(note);
    const place = claimed === null ? "checkpoints" : `checkpoint ${claimed}`;
    const checkpoint = await this.#keys.verify(note);
    const holds = checkpoint !== null && checkpoint.size === claimed && checkpoint.size > (this.#last?.size ?? -1);
    if (holds) this.#requireBefore(checkpoint.size);
    // One that doesn't hold has its own finding; it isn't missing as well.
    if (claimed === this.#required) this.#required += checkpointEvery;
    if (holds) return { ...checkpoint, note };
    const byKey = namesKey(note, this.#keys.at(claimed ?? 0))
      ? "changed: its signature doesn't hold"
      : "not signed by this log's key";
    this.#findings.add(
      place,
      checkpoint === null ? byKey : `replaced: the note of checkpoint ${checkpoint.size} stands here`,
    );
    return null;
  }

  /** One stays at each multiple of 256, 0 included; those below this size must have been read by now. */
  #requireBefore(size: number): void {
    if (this.#required >= size) return;
    const next = Math.ceil(size / checkpointEvery) * checkpointEvery;
    const place =
      next - this.#required === checkpointEvery
        ? `checkpoint ${this.#required}`
        : `checkpoints ${this.#required}..${next - checkpointEvery}`;
    this.#findings.add(place, "missing");
    this.#required = next;
  }
}

function claimedSize(note: string): number | null {
  const line = note.split("\n", 2)[1] ?? "";
  return /^(0|[1-9]\d{0,15})$/.test(line) ? Number(line) : null;
}

/** Whether one of the note's signature lines claims to be by this key: its name and its key hash. */
function namesKey(note: string, verifierKey: string): boolean {
  const [name = "", keyHash = ""] = verifierKey.trim().split("+", 2);
  return note.split("\n").some((line) => {
    const [dash, signer, signature = ""] = line.split(" ");
    const hash = Buffer.from(signature, "base64").subarray(0, 4).toString("hex");
    return dash === "—" && signer === name && hash === keyHash;
  });
}
