import { type Checkpoint, checkpointVerifier, noteOpener, verifierName } from "./note.ts";

/** The first line of a rotation's note: no checkpoint begins so. */
const heading = "countersign ledger key rotation";

/** So many keys one log may have had; a reader looks at no more of what it is given. */
export const mostRotations = 1000;

/** One key of a ledger's handed over to the next: the entry of this number says so, and checkpoints larger than it are signed by `to`. */
interface Rotation {
  readonly size: number;
  readonly from: string;
  readonly to: string;
}

/** The text of a rotation's note (C2SP signed-note), to be signed by both keys (docs/ledger.md, Keys). */
export function rotationText(origin: string, { size, from, to }: Rotation): string {
  return `${heading}\n${origin}\n${size}\n${from}\n${to}\n`;
}

/** What a rotation's note says, whoever signed it; null for any other text. */
function statedRotation(note: string): Rotation | null {
  const [first, origin = "", size = "", from = "", to = "", end] = note.split("\n", 6);
  if (first !== heading || end !== "" || !/^(0|[1-9]\d{0,14})$/.test(size) || from === to) return null;
  // Keys of another log have no say in this one.
  if (verifierName(from) !== origin || verifierName(to) !== origin) return null;
  return { size: Number(size), from, to };
}

/** The key that this note hands over from, as it says: where it is a log's first rotation, the key that the log began with. */
export function statedFirstKey(note: string): string | null {
  return statedRotation(note)?.from ?? null;
}

/** The keys of one ledger, of which one is trusted: each vouches for its neighbours, by notes that both signed. */
export interface LedgerKeys {
  /** The key that a checkpoint of this size is signed by. */
  at(size: number): string;
  /** The checkpoint of a note that the key of its size signed, or null. */
  verify(note: string): Promise<Checkpoint | null>;
  /** The notes that these keys rest on, by the number of their entry. */
  readonly rotations: ReadonlyMap<number, string>;
}

/**
 * The keys that these notes tell of, oldest first; null where one isn't signed by both its keys, or they are no chain, or it doesn't have the
 * trusted key. Without notes it is that key alone.
 */
export async function ledgerKeys(given: string, notes: readonly string[]): Promise<LedgerKeys | null> {
  const trusted = given.trim();
  if (notes.length > mostRotations) return null;
  const rotations: Rotation[] = [];
  for (const note of notes) {
    const stated = statedRotation(note);
    const last = rotations.at(-1);
    const follows = stated !== null && (last === undefined || (last.to === stated.from && last.size < stated.size));
    if (!follows || (await noteOpener(stated.from)(note)) === null || (await noteOpener(stated.to)(note)) === null)
      return null;
    rotations.push(stated);
  }
  const isThere = rotations.some(({ from, to }) => from === trusted || to === trusted);
  return notes.length > 0 && !isThere ? null : keysOf(trusted, rotations, notes);
}

function keysOf(trusted: string, rotations: readonly Rotation[], notes: readonly string[]): LedgerKeys {
  const verifiers = new Map<string, ReturnType<typeof checkpointVerifier>>();
  const at = (size: number): string =>
    rotations.find((rotation) => size <= rotation.size)?.from ?? rotations.at(-1)?.to ?? trusted;
  return {
    at,
    async verify(note) {
      const key = at(Number(note.split("\n", 2)[1]));
      const verifier = verifiers.get(key) ?? checkpointVerifier(key);
      verifiers.set(key, verifier);
      return await verifier(note);
    },
    rotations: new Map(rotations.map(({ size }, index) => [size, notes[index] ?? ""])),
  };
}
