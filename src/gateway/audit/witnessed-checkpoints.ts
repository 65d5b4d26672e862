import { statedHead } from "./checkpoint.ts";
import type { SourceCheckpoint, Unreadable } from "./ledger-source.ts";

/** The stored checkpoints and these notes, which witnesses cosigned, by size, rising; of one size a single one, with all signatures. */
export async function* withWitnessed(
  stored: AsyncIterable<SourceCheckpoint | Unreadable>,
  notes: readonly string[],
): AsyncGenerator<SourceCheckpoint | Unreadable> {
  const waiting = witnessed(notes);
  for await (const checkpoint of stored) {
    if (!checkpoint.readable) {
      yield checkpoint;
      continue;
    }
    const size = checkpoint.filedAs ?? statedHead(checkpoint.note).size;
    while ((waiting[0]?.filedAs ?? Infinity) < size) yield waiting.shift() as SourceCheckpoint;
    const same = waiting[0]?.filedAs === size ? waiting.shift() : undefined;
    yield same === undefined ? checkpoint : { ...checkpoint, note: joined(checkpoint.note, same.note) };
  }
  yield* waiting;
}

/** What stands in witnesses' files; one that states no size comes last, where it is found to be no checkpoint. */
function witnessed(notes: readonly string[]): SourceCheckpoint[] {
  const bySize = new Map<number, SourceCheckpoint>();
  for (const note of notes) {
    const { size } = statedHead(note);
    const filedAs = Number.isSafeInteger(size) ? size : Number.MAX_SAFE_INTEGER;
    const before = bySize.get(filedAs);
    const both = before === undefined ? note : joined(before.note, note);
    bySize.set(filedAs, { readable: true, filedAs, note: both });
  }
  return [...bySize.values()].toSorted((one, other) => (one.filedAs ?? 0) - (other.filedAs ?? 0));
}

/** The note with the signatures of both where they are over the same text; otherwise the second, which will be found to be another. */
function joined(one: string, other: string): string {
  const [textOne, textOther] = [textOf(one), textOf(other)];
  if (textOne !== textOther) return other;
  const lines = new Set([...signaturesOf(one), ...signaturesOf(other)]);
  return `${textOne}\n${[...lines].map((line) => `${line}\n`).join("")}`;
}

function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf("\n\n") + 1);
}

function signaturesOf(note: string): readonly string[] {
  return note
    .slice(note.lastIndexOf("\n\n") + 2)
    .split("\n")
    .filter((line) => line !== "");
}
