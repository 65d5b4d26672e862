import { z } from "zod";
import { canonical, type Json } from "../../shared/json.ts";
import { leaf as leafSchema } from "../../shared/ledger.ts";
import { Erasures } from "./erasures.ts";
import type { Findings } from "./findings.ts";
import type { SourceEntry, Unreadable } from "./ledger-source.ts";
import { GrowingTree, leafHashHex } from "./merkle.ts";
import { RotationCheck } from "./rotation-check.ts";
import { SaltedDigest } from "./salted-digest.ts";

// Kinds may be added within version 1: a kind that this program doesn't know is no tampering.
const anyLeaf = leafSchema.extend({ kind: z.string() });
type AnyLeaf = z.infer<typeof anyLeaf>;

/** How many entries may be missing before one whose body is gone, and that still be compared with what records erasures. */
const farthest = 1_000_000;

/** Checks entries one after the other, and grows the tree over them. */
export class EntryCheck {
  readonly #findings: Findings;
  readonly #tree = new GrowingTree();
  readonly #digest = new SaltedDigest();
  readonly #erasures: Erasures;
  readonly #rotations: RotationCheck;
  #end = 0;
  #displaced = false;

  /** `rotations`: the notes by which keys were rotated, by the number of their entry. */
  constructor(findings: Findings, rotations: ReadonlyMap<number, string>) {
    this.#findings = findings;
    this.#erasures = new Erasures(findings);
    this.#rotations = new RotationCheck(findings, rotations);
  }

  get tree(): GrowingTree {
    return this.#tree;
  }

  /** One more than the highest number an entry claimed: how long the log says it is. */
  get end(): number {
    return this.#end;
  }

  /** Whether an entry is missing, unreadable or out of place: then no tree over the rest has a signed root. */
  get displaced(): boolean {
    return this.#displaced;
  }

  check(entry: SourceEntry | Unreadable): void {
    if (!entry.readable) {
      this.#displaced = true;
      this.#findings.add(entry.place, entry.what);
      return;
    }
    const leaf = parseLeaf(entry.leaf);
    const seq = leaf?.seq ?? entry.row ?? this.#end;
    if (leaf === null) this.#findings.entry(seq, "the leaf was changed: it is not the canonical text of a leaf");
    this.#checkPlace(seq, entry.row);
    if (leaf !== null) this.#checkBody(leaf, entry);
    this.#grow(seq, entry);
  }

  /** Of how many entries the body is gone. */
  get erased(): number {
    return this.#erasures.count;
  }

  /** Once all were checked: whether each body that is gone was erased on the record. */
  finish(): void {
    this.#erasures.finish(this.#end);
    this.#rotations.finish();
  }

  /** Numbers rise by one. What is skipped is missing at its place; what comes late is repeated, inserted or moved. */
  #checkPlace(seq: number, row: number | null): void {
    if (seq > this.#end) {
      this.#displaced = true;
      this.#findings.entries(this.#end, seq - 1, "missing at its place: removed or moved");
    } else if (seq < this.#end) {
      this.#displaced = true;
      this.#findings.entry(seq, `stands behind entry ${this.#end - 1}: repeated, inserted or moved`);
    }
    this.#end = Math.max(this.#end, seq + 1);
    // Where the leaves' own order is broken, the rows have nothing to add.
    if (row === null || row === seq || this.#displaced) return;
    this.#displaced = true;
    this.#findings.entry(seq, `stands in row ${row}: the rows were renumbered from here`);
  }

  #checkBody(leaf: AnyLeaf, entry: SourceEntry): void {
    const { salt, body } = entry;
    const digest = this.#digestOf(entry);
    // What claims to stand far behind is found misplaced; to keep a bit for all between would fill the memory.
    const isFar = leaf.seq > this.#tree.size + farthest;
    if (body === null && salt === null && isFar) this.#findings.entry(leaf.seq, "the body was removed");
    else if (body === null && salt === null) this.#erasures.gone(leaf.seq, leaf.kind);
    else if (digest === null) {
      this.#findings.entry(leaf.seq, `the ${salt === null ? "salt" : "body"} was removed`);
    } else if (salt?.length !== 64 || digest !== leaf.body) {
      this.#findings.entry(leaf.seq, "the body or its salt was changed: they don't match the leaf");
    } else if (leaf.kind === "entries.erased" && body !== null && !isFar) {
      this.#erasures.record(leaf.seq, body);
    } else if (leaf.kind === "ledger.key" && body !== null) {
      this.#rotations.record(leaf.seq, body);
    }
  }

  /** Null where salt or body is gone. */
  #digestOf({ salt, body, fileDigest }: SourceEntry): string | null {
    if (salt === null) return null;
    return body === null ? (fileDigest ?? null) : this.#digest.of(salt, body);
  }

  /**
   * Where a leaf doesn't have its stored hash, the tree goes on with the stored one: if only the leaf was changed, every
   * signed root still holds and this entry alone is named.
   */
  #grow(seq: number, entry: SourceEntry): void {
    const computed = leafHashHex(entry.leaf);
    if (entry.leafHash !== null && computed !== entry.leafHash) {
      this.#findings.entry(seq, "the leaf was changed: it doesn't have its stored hash");
    }
    this.#tree.append(entry.leafHash ?? computed);
  }
}

/** A leaf as every gateway writes it: what matches is canonical. What doesn't may be so all the same, and is looked at with care. */
const plainLeaf =
  /^\{"atMs":(0|-?[1-9]\d{0,14}),"body":"([\w-]{43})","kind":"([a-z][a-z._-]*)","seq":(0|[1-9]\d{0,14}),"v":1\}$/;

function parseLeaf(text: string): AnyLeaf | null {
  const [, atMs, body, kind, seq] = plainLeaf.exec(text) ?? [];
  if (body !== undefined && kind !== undefined) return { v: 1, seq: Number(seq), atMs: Number(atMs), kind, body };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  const leaf = anyLeaf.safeParse(value);
  return leaf.success && canonical(value) === text ? leaf.data : null;
}
