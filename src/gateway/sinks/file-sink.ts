import { type FileHandle, open } from "node:fs/promises";
import type { Sink, SinkEvent } from "./sink.ts";

/** Appends an event a line (JSON Lines) to a file, readable for the gateway's user alone where it is new. */
export function fileSink(path: string): Sink {
  return {
    async deliver(events) {
      // Opened each time: what rotates logs moves the file away while it is written.
      const file = await open(path, "a", 0o600);
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
async function append(file: FileHandle, events: readonly SinkEvent[]): Promise<void> {
  const { size } = await file.stat();
  try {
    await file.appendFile(events.map(({ event }) => `${JSON.stringify(event)}\n`).join(""));
    await file.datasync();
  } catch (error) {
    // What can't be cut off (a pipe, a device) kept nothing either.
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}
