import { type FileHandle, open } from "node:fs/promises";
import type { Sink, WrittenEvent } from "./sink.ts";

/** Appends an event a line (JSON Lines) to a file, readable for the gateway's user alone where it is new. */
export function fileSink(path: string): Sink {
  return {
    textOf: ({ event }) => `${JSON.stringify(event)}\n`,
    async deliver(events) {
      // Opened each time: what rotates logs moves the file away while it is written.
      const file = await open(path, "a+", 0o600);
      try {
        await append(file, events);
      } finally {
        await file.close();
      }
      return null;
    },
    close: () => Promise.resolve(),
  };
}

/** All of them or none: on a full disk half a line would stay before the same events come again. */
async function append(file: FileHandle, events: readonly WrittenEvent[]): Promise<void> {
  const size = await wholeLines(file);
  try {
    await file.appendFile(events.map(({ text }) => text).join(""));
    await file.datasync();
  } catch (error) {
    await file.truncate(size);
    throw error;
  }
}

/** The size of the file, from which a line that a crash left half is cut off: its event comes again, and would be appended to it. */
async function wholeLines(file: FileHandle): Promise<number> {
  const stat = await file.stat();
  if (!stat.isFile())
    throw new Error("A sink's file must be a regular one: a pipe or device does not keep what it took.");
  let end = stat.size;
  for (const part = Buffer.alloc(65_536); end > 0;) {
    const from = Math.max(0, end - part.length);
    const { bytesRead } = await file.read(part, 0, end - from, from);
    const at = part.lastIndexOf(newline, bytesRead - 1);
    if (at !== -1) {
      end = from + at + 1;
      break;
    }
    end = from;
  }
  if (end < stat.size) await file.truncate(end);
  return end;
}

const newline = 0x0a;
