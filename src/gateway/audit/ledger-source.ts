/** Something at this place can't be read as what should stand there. */
export interface Unreadable {
  readonly readable: false;
  readonly place: string;
  readonly what: string;
}

/** An entry in the order in which it stands. Nothing about it has been checked. */
export interface SourceEntry {
  readonly readable: true;
  /** The number of its row; null in an export, where the order is all there is. */
  readonly row: number | null;
  readonly leaf: string;
  /** The stored hash of the leaf, in hex; null in an export. */
  readonly leafHash: string | null;
  /** In hex: text costs a reader of a million entries less than a buffer each. */
  readonly salt: string | null;
  readonly body: string | null;
  /**
   * Where the body stands in a file and only digests were asked for: base64url SHA-256 over salt and file, null where that is gone. `body` is
   * null then.
   */
  readonly fileDigest?: string | null;
}

/** A checkpoint in the order in which it stands: the note, and the size it is filed under (null in an export). */
export interface SourceCheckpoint {
  readonly readable: true;
  readonly filedAs: number | null;
  readonly note: string;
}

/**
 * A ledger that is read, never written. Both streams may be read side by side and hold little in memory;
 * all of them see the same state, whatever a running gateway appends meanwhile.
 */
export interface LedgerSource {
  readonly form: "folder" | "export";
  /** What the source says of itself. */
  header(): Promise<({ readonly readable: true } & LedgerHeader) | Unreadable>;
  /** The notes by which one key handed over to the next, oldest first. */
  rotations(): Promise<readonly string[]>;
  entries(): AsyncIterable<SourceEntry | Unreadable>;
  /** The same, some at a time: for who has little to do for each, and a million of them. `files`: what is wanted of a body that stands in a file, the whole of it unless said otherwise. */
  pages(files?: "bodies" | "digests"): AsyncIterable<readonly (SourceEntry | Unreadable)[]>;
  checkpoints(): AsyncIterable<SourceCheckpoint | Unreadable>;
  close(): void;
}

export interface LedgerHeader {
  readonly origin: string;
  readonly entries: number;
}

/** What pages hold, one by one. */
export async function* singly<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}
