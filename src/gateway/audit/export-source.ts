import { z } from "zod";
import {
  type LedgerHeader,
  type LedgerSource,
  singly,
  type SourceCheckpoint,
  type SourceEntry,
  type Unreadable,
} from "./ledger-source.ts";
import { linesOf } from "./lines.ts";

/** The ledger of an exported JSON Lines file. Entries and checkpoints are two passes over it, so that neither is kept. */
export function exportSource(path: string): LedgerSource {
  return {
    form: "export",
    header: () => readHeader(path),
    rotations: () => readRotations(path),
    entries: () => singly(readPages(path)),
    pages: () => readPages(path),
    checkpoints: () => readCheckpoints(path),
    close: () => undefined,
  };
}

const headerLine = z.strictObject({ v: z.literal(1), origin: z.string(), entries: z.number().int().nonnegative() });
const rotationLine = z.strictObject({ rotation: z.string() });
const checkpointLine = z.strictObject({ checkpoint: z.string() });

type Line =
  | { readonly is: "header"; readonly header: LedgerHeader }
  | { readonly is: "entry"; readonly entry: SourceEntry }
  | { readonly is: "rotation"; readonly note: string }
  | { readonly is: "checkpoint"; readonly checkpoint: SourceCheckpoint }
  | { readonly is: "unreadable"; readonly unreadable: Unreadable };

/** What a reader holds at a time: few enough that V8 sees no reason to take more memory for what is new. */
const pageLines = 32;

/** Lines in the order of an export; one out of place is unreadable. `of`: the only ones that are looked at, if not all. */
async function* readLines(path: string, of: "all" | "checkpoints"): AsyncGenerator<readonly Line[]> {
  let number = 0;
  let entries = false;
  let checkpoints = false;
  for await (const texts of linesOf(path)) {
    let lines: Line[] = [];
    for (const bytes of texts) {
      number += 1;
      if (lines.length === pageLines) {
        yield lines;
        lines = [];
      }
      if (of === "checkpoints" && bytes !== null && !beginsCheckpoint(bytes)) continue;
      const line = readLine(bytes, number);
      if ((line.is === "header") !== (number === 1)) {
        const what = number === 1 ? "a header should stand here" : "a second header stands here";
        lines.push(unreadable(number, what));
      } else if (line.is === "entry" && checkpoints) {
        lines.push(unreadable(number, "an entry stands behind the checkpoints"));
      } else if (line.is === "rotation" && (entries || checkpoints)) {
        lines.push(unreadable(number, "a key's rotation stands behind the first entry"));
      } else {
        entries ||= line.is === "entry";
        checkpoints ||= line.is === "checkpoint";
        lines.push(line);
      }
    }
    if (lines.length > 0) yield lines;
  }
}

/** Whether a line may be a checkpoint's. Blanks may stand before it; anything else makes it another line. */
function beginsCheckpoint(bytes: Buffer): boolean {
  const at = bytes.findIndex((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d);
  return bytes.subarray(at, at + checkpointStart.length).equals(checkpointStart);
}

const checkpointStart = Buffer.from('{"checkpoint"');

function readLine(bytes: Buffer | null, number: number): Line {
  const text = bytes?.toString("utf8");
  let value: unknown = null;
  try {
    value = text === undefined ? null : JSON.parse(text);
  } catch {
    return unreadable(number, "this is not JSON");
  }
  // A member that stands twice means one thing to this parser and perhaps another to the next.
  if (JSON.stringify(value) !== text?.trim())
    return unreadable(number, "this is not written the way an export is: something stands twice or apart");
  const entry = entryOf(value);
  if (entry !== null) return readSalt(entry, number);
  const checkpoint = checkpointLine.safeParse(value);
  if (checkpoint.success)
    return { is: "checkpoint", checkpoint: { readable: true, filedAs: null, note: checkpoint.data.checkpoint } };
  const rotation = rotationLine.safeParse(value);
  if (rotation.success) return { is: "rotation", note: rotation.data.rotation };
  const header = headerLine.safeParse(value);
  if (header.success) return { is: "header", header: header.data };
  return unreadable(number, "this is neither header nor entry nor checkpoint");
}

/** An entry's line with its three members and nothing else. Looked at by hand: a schema would cost as much as all hashes of an entry. */
function entryOf(value: unknown): SourceEntry | null {
  if (typeof value !== "object" || value === null || !("leaf" in value && "salt" in value && "body" in value))
    return null;
  const { leaf, salt, body, ...others } = value;
  const isEntry =
    typeof leaf === "string" &&
    (salt === null || typeof salt === "string") &&
    (body === null || typeof body === "string") &&
    Object.keys(others).length === 0;
  return isEntry ? { readable: true, row: null, leaf, leafHash: null, salt, body } : null;
}

/** The salt of an export is base64url, the one of an entry hex. */
function readSalt(entry: SourceEntry, number: number): Line {
  if (entry.salt === null) return { is: "entry", entry };
  const bytes = Buffer.from(entry.salt, "base64url");
  // Node's decoder skips what isn't base64url; only the one spelling counts.
  if (bytes.toString("base64url") !== entry.salt) return unreadable(number, "the salt is not base64url");
  return { is: "entry", entry: { ...entry, salt: bytes.toString("hex") } };
}

function unreadable(number: number, what: string): Line {
  return { is: "unreadable", unreadable: { readable: false, place: `line ${number}`, what } };
}

async function readHeader(path: string): ReturnType<LedgerSource["header"]> {
  for await (const [line] of readLines(path, "all")) {
    if (line !== undefined) return line.is === "header" ? { readable: true, ...line.header } : noHeader;
  }
  return noHeader;
}

/** They stand between the header and the first entry. */
async function readRotations(path: string): Promise<readonly string[]> {
  const notes: string[] = [];
  for await (const lines of readLines(path, "all")) {
    for (const line of lines) {
      if (line.is === "rotation") notes.push(line.note);
      else if (line.is !== "header") return notes;
    }
  }
  return notes;
}

const noHeader: Unreadable = { readable: false, place: "line 1", what: "there is no header" };

async function* readPages(path: string): AsyncGenerator<readonly (SourceEntry | Unreadable)[]> {
  for await (const lines of readLines(path, "all")) {
    yield lines.flatMap((line): readonly (SourceEntry | Unreadable)[] => {
      if (line.is === "entry") return [line.entry];
      // The first line's fault is the header's finding.
      return line.is === "unreadable" && line.unreadable.place !== noHeader.place ? [line.unreadable] : [];
    });
  }
}

async function* readCheckpoints(path: string): AsyncGenerator<SourceCheckpoint> {
  for await (const lines of readLines(path, "checkpoints")) {
    for (const line of lines) if (line.is === "checkpoint") yield line.checkpoint;
  }
}
