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
  /** The stored hash of the leaf; null in an export. */
  readonly leafHash: Buffer | null;
  readonly salt: Buffer | null;
  readonly body: string | null;
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
  entries(): AsyncIterable<SourceEntry | Unreadable>;
  checkpoints(): AsyncIterable<SourceCheckpoint | Unreadable>;
  close(): void;
}

export interface LedgerHeader {
  readonly origin: string;
  readonly entries: number;
}
