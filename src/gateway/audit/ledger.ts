import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { canonical } from "../../shared/json.ts";
import type { EntryKind } from "../../shared/entry-kind.ts";
import { type Checkpoint, verifyCheckpoint } from "../../shared/note.ts";
import type { GatewayKeys } from "../keys.ts";
import { type AboutApproval, type ApprovalEntries, approvalEntries } from "./approval-entries.ts";
import type { BodyFile } from "./body-files.ts";
import { type ErasedRanges, erasedRanges } from "./erased-ranges.ts";
import { checkpointEvery, signCheckpoint, signRotation } from "./checkpoint.ts";
import { appendLeaf, emptyTree, leafHash, packFrontier, type Tree, treeRoot, unpackTree } from "./merkle.ts";
import { rotationBody } from "./rotation-check.ts";
import { newSalt } from "./salt.ts";
import { type StoredRotations, storedRotations } from "./stored-rotations.ts";

/** An entry before it has its place: `body` is canonical JSON, already masked (rule 6), or the file in which that stands. */
export interface Draft {
  readonly atMs: number;
  readonly kind: EntryKind;
  readonly body: string | BodyFile;
  /** The approval that it speaks of, so that it is found again by it. */
  readonly about?: AboutApproval | null;
}

/** The ledger as it stands: its tree, and the checkpoint that covers all of it. */
export interface Head {
  readonly tree: Tree;
  readonly note: string;
}

export interface LedgerLog {
  readonly origin: string;
  readonly keys: GatewayKeys;
}

export const ledgerSchema = `
  CREATE TABLE ledger_entries (
    seq INTEGER PRIMARY KEY,
    leaf TEXT NOT NULL,
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32),
    salt BLOB,
    body TEXT
  ) STRICT;
  CREATE TABLE ledger_checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL, frontier BLOB NOT NULL) STRICT;
`;

/** Whether an entry names the body file of this digest; by an index, made where it isn't there. */
export function namedBodies(db: DatabaseSync): (digest: string) => boolean {
  // An erased entry names none: its file is what a crash left.
  db.exec(`
    CREATE INDEX IF NOT EXISTS ledger_body_files ON ledger_entries (leaf ->> '$.body') WHERE body IS NULL AND salt IS NOT NULL;
    DROP INDEX IF EXISTS ledger_long_bodies;
  `);
  const select = db.prepare(
    "SELECT seq FROM ledger_entries WHERE leaf ->> '$.body' = ? AND body IS NULL AND salt IS NOT NULL",
  );
  return (digest) => select.get(digest) !== undefined;
}

/** base64url SHA-256 over salt and body: how a leaf commits to its body. */
function bodyDigest(salt: Uint8Array, body: string): string {
  const salted = Buffer.allocUnsafe(salt.length + Buffer.byteLength(body));
  salted.set(salt);
  salted.write(body, salt.length);
  return hash("sha256", salted, "base64url");
}

/** Writes to the ledger's tables, inside the transaction of whoever calls it. */
export class LedgerTables {
  readonly #log: LedgerLog;
  readonly #insertEntry: StatementSync;
  readonly #insertCheckpoint: StatementSync;
  readonly #deleteCheckpoint: StatementSync;
  readonly #rotations: StoredRotations;
  readonly #ofApprovals: ApprovalEntries;
  readonly #erased: ErasedRanges;

  constructor(db: DatabaseSync, log: LedgerLog) {
    this.#log = log;
    this.#insertEntry = db.prepare(
      "INSERT INTO ledger_entries (seq, leaf, leaf_hash, salt, body) VALUES (?, ?, ?, ?, ?)",
    );
    this.#insertCheckpoint = db.prepare("INSERT INTO ledger_checkpoints (size, note, frontier) VALUES (?, ?, ?)");
    this.#ofApprovals = approvalEntries(db);
    this.#erased = erasedRanges(db);
    this.#rotations = storedRotations(db);
    this.#deleteCheckpoint = db.prepare("DELETE FROM ledger_checkpoints WHERE size = ?");
  }

  /** The head of a new ledger: no entries, and a checkpoint that says so. */
  begin(): Head {
    return this.#cover(emptyTree);
  }

  /** Appends the drafts and returns the new head, to be remembered once the transaction is durable. */
  append(head: Head, drafts: readonly Draft[]): Head {
    if (drafts.length === 0) return head;
    let next = head;
    let tree = head.tree;
    for (const draft of drafts) {
      tree = this.#insert(tree, draft);
      if (tree.size % checkpointEvery === 0) next = this.#cover(tree);
    }
    if (next.tree !== tree) next = this.#cover(tree);
    if (head.tree.size % checkpointEvery !== 0) this.#deleteCheckpoint.run(head.tree.size);
    return next;
  }

  /** Hands over to the key that waits, if one does: with an entry that says so, and the new key's checkpoint over it. */
  rotate(head: Head, atMs: number): Head {
    const { origin, keys } = this.#log;
    const next = keys.next();
    if (next === null) return head;
    const { size } = head.tree;
    const note = signRotation(origin, keys, next, size);
    this.#rotations.put(size, note);
    keys.takeNext();
    return this.append(head, [{ atMs, kind: "ledger.key", body: rotationBody(note) }]);
  }

  #insert(tree: Tree, { atMs, kind, body, about }: Draft): Tree {
    const isShort = typeof body === "string";
    const salt = isShort ? newSalt() : body.salt;
    const digest = isShort ? bodyDigest(salt, body) : body.digest;
    const leaf = canonical({ v: 1, seq: tree.size, atMs, kind, body: digest });
    const leafDigest = leafHash(leaf);
    this.#insertEntry.run(tree.size, leaf, leafDigest, salt, isShort ? body : null);
    if (isShort && kind === "entries.erased") this.#erased.put(tree.size, body);
    if (about) this.#ofApprovals.put(about, { seq: tree.size, kind, atMs });
    return appendLeaf(tree, leafDigest);
  }

  #cover(tree: Tree): Head {
    const note = signCheckpoint(this.#log.origin, this.#log.keys, tree);
    this.#insertCheckpoint.run(tree.size, note, packFrontier(tree));
    return { tree, note };
  }
}

/**
 * Reads the head of a stored ledger. Throws CountersignError: `configuration` where the ledger is another origin's,
 * `store_failed` where entries, frontier and newest checkpoint don't belong together: a gateway never signs on top of that.
 */
export async function readHead(db: DatabaseSync, log: LedgerLog): Promise<Head> {
  const stored = newest.safeParse(
    db.prepare("SELECT size, note, frontier FROM ledger_checkpoints ORDER BY size DESC LIMIT 1").get(),
  );
  const entries = z
    .object({ size: z.number() })
    .parse(db.prepare(`SELECT ${sizeOf} AS size FROM ledger_entries`).get());
  if (!stored.success) throw broken("it has no checkpoint");
  const { size, note, frontier } = stored.data;
  const origin = note.slice(0, note.indexOf("\n"));
  if (origin !== log.origin) {
    throw new CountersignError(
      "configuration",
      `The ledger in the data folder is the log of ${JSON.stringify(origin)}, not of ${JSON.stringify(log.origin)}. Set publicUrl back, or start with a new data folder.`,
    );
  }
  const checkpoint = (await verifyCheckpoint(note, log.keys.verifierKey(log.origin))) ?? (await byNext(note, log));
  if (checkpoint === null) throw broken("its newest checkpoint isn't signed by the key in the keys folder");
  if (checkpoint.size !== size || entries.size !== size) {
    throw broken(`its newest checkpoint covers ${checkpoint.size} entries and ${entries.size} are there`);
  }
  const tree = unpackTree(size, frontier);
  if (tree === null || treeRoot(tree).toString("base64") !== checkpoint.root) {
    throw broken("its stored frontier doesn't have the root of its newest checkpoint");
  }
  return { tree, note };
}

/** A crash came between the rotation's commit and the key's taking its place: it has taken over already. */
async function byNext(note: string, { origin, keys }: LedgerLog): Promise<Checkpoint | null> {
  const next = keys.next();
  const checkpoint = next === null ? null : await verifyCheckpoint(note, next.verifierKey(origin));
  if (checkpoint !== null) keys.takeNext();
  return checkpoint;
}

const newest = z.object({ size: z.number(), note: z.string(), frontier: z.instanceof(Uint8Array) });
const sizeOf = "coalesce(max(seq) + 1, 0)";

function broken(what: string): CountersignError {
  return new CountersignError(
    "store_failed",
    `The ledger in the data folder can't be continued: ${what}. Run \`countersign audit verify\` on it, and restore the folder or the keys.`,
  );
}
