import { canonical } from "../../shared/json.ts";
import type { Findings } from "./findings.ts";

/** The body of the entry that records a key's rotation: `note` is signed by both keys. */
export function rotationBody(note: string): string {
  return canonical({ note });
}

/** Compares the filed rotations of the ledger's key with the entries that record them: neither stands without the other. */
export class RotationCheck {
  readonly #findings: Findings;
  readonly #missing: Map<number, string>;

  /** `rotations`: the notes by the number of their entry. */
  constructor(findings: Findings, rotations: ReadonlyMap<number, string>) {
    this.#findings = findings;
    this.#missing = new Map(rotations);
  }

  /** Entry `seq` is a `ledger.key` whose body is as it was written. */
  record(seq: number, body: string): void {
    const note = this.#missing.get(seq);
    if (note !== undefined && rotationBody(note) === body) this.#missing.delete(seq);
    else this.#findings.entry(seq, "the key's rotation that it records is not filed");
  }

  finish(): void {
    for (const seq of this.#missing.keys())
      this.#findings.add(`key after ${seq}`, `entry ${seq} doesn't record this key's rotation`);
  }
}
