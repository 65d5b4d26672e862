import { z } from "zod";
import { storedEntry } from "../../shared/ledger.ts";
import type { LedgerHeader, LedgerSource, SourceCheckpoint, SourceEntry, Unreadable } from "./ledger-source.ts";
import { linesOf } from "./lines.ts";

/** The ledger of an exported JSON Lines file. Entries and checkpoints are two passes over it, so that neither is kept. */
export function exportSource(path: string): LedgerSource {
  return {
    form: "export",
    header: () => readHeader(path),
    entries: () => readEntries(path),
    checkpoints: () => readCheckpoints(path),
    close: () => undefined,
  };
}

const headerLine = z.strictObject({ v: z.literal(1), origin: z.string(), entries: z.number().int().nonnegative() });
const checkpointLine = z.strictObject({ checkpoint: z.string() });
const entryLine = storedEntry.strict();

type Line =
  | { readonly is: "header"; readonly header: LedgerHeader }
  | { readonly is: "entry"; readonly entry: SourceEntry }
  | { readonly is: "checkpoint"; readonly checkpoint: SourceCheckpoint }
  | { readonly is: "unreadable"; readonly unreadable: Unreadable };

async function* readLines(path: string): AsyncGenerator<Line> {
  let number = 0;
  let checkpoints = false;
  for await (const text of linesOf(path)) {
    number += 1;
    const line = readLine(text, `line ${number}`);
    if ((line.is === "header") !== (number === 1)) {
      yield unreadable(`line ${number}`, number === 1 ? "a header should stand here" : "a second header stands here");
    } else if (line.is === "entry" && checkpoints) {
      yield unreadable(`line ${number}`, "an entry stands behind the checkpoints");
    } else {
      checkpoints ||= line.is === "checkpoint";
      yield line;
    }
  }
}

function readLine(text: string | null, place: string): Line {
  let value: unknown = null;
  try {
    value = text === null ? null : JSON.parse(text);
  } catch {
    return unreadable(place, "this is not JSON");
  }
  // A member that stands twice means one thing to this parser and perhaps another to the next.
  if (JSON.stringify(value) !== text?.trim())
    return unreadable(place, "this is not written the way an export is: something stands twice or apart");
  const entry = entryLine.safeParse(value);
  if (entry.success) return entryOf(entry.data, place);
  const checkpoint = checkpointLine.safeParse(value);
  if (checkpoint.success)
    return { is: "checkpoint", checkpoint: { readable: true, filedAs: null, note: checkpoint.data.checkpoint } };
  const header = headerLine.safeParse(value);
  if (header.success) return { is: "header", header: header.data };
  return unreadable(place, "this is neither header nor entry nor checkpoint");
}

function entryOf({ leaf, salt, body }: z.infer<typeof entryLine>, place: string): Line {
  const bytes = salt === null ? null : Buffer.from(salt, "base64url");
  // Node's decoder skips what isn't base64url; only the one spelling counts.
  if (bytes !== null && bytes.toString("base64url") !== salt) return unreadable(place, "the salt is not base64url");
  return { is: "entry", entry: { readable: true, row: null, leaf, leafHash: null, salt: bytes, body } };
}

function unreadable(place: string, what: string): Line {
  return { is: "unreadable", unreadable: { readable: false, place, what } };
}

async function readHeader(path: string): ReturnType<LedgerSource["header"]> {
  for await (const line of readLines(path)) {
    return line.is === "header" ? { readable: true, ...line.header } : noHeader;
  }
  return noHeader;
}

const noHeader: Unreadable = { readable: false, place: "line 1", what: "there is no header" };

async function* readEntries(path: string): AsyncGenerator<SourceEntry | Unreadable> {
  for await (const line of readLines(path)) {
    if (line.is === "entry") yield line.entry;
    // The first line's fault is the header's finding.
    if (line.is === "unreadable" && line.unreadable.place !== noHeader.place) yield line.unreadable;
  }
}

async function* readCheckpoints(path: string): AsyncGenerator<SourceCheckpoint> {
  for await (const line of readLines(path)) {
    if (line.is === "checkpoint") yield line.checkpoint;
  }
}
