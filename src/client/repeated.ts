import { backoffMs } from "../shared/backoff.ts";
import type { Ending } from "./departure.ts";

/** Opens something that should stay open, again and again with jittered pauses, until `turn` says that it is over or the signal ends it. */
export async function repeated(signal: Ending, turn: () => Promise<"again" | "over">): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const beganMs = Date.now();
    if ((await turn()) === "over") return;
    failures = Date.now() - beganMs > settledMs ? 0 : failures + 1;
    await pause(Math.min(longestMs, leastMs + backoffMs(failures)), signal);
  }
}

/** What held for so long was none that ends at once. */
const settledMs = 10_000;
const leastMs = 100;
const longestMs = 5_000;

async function pause(ms: number, signal: Ending): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
