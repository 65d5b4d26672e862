import type { Writable } from "node:stream";
import type { Ending } from "../departure.ts";

/** Until the client has left the stream that it hears on. */
export async function left(signal: Ending, into: Writable): Promise<void> {
  if (signal.aborted || into.destroyed) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    into.once("close", () => resolve());
  });
}
