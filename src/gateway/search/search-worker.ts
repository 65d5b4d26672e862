import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { auditQuery } from "../../shared/audit-search.ts";
import { Searcher } from "./searcher.ts";

/** What the thread is asked: to take further entries into the index, or to search, which does so first. */
const ask = z.discriminatedUnion("does", [
  z.object({ does: z.literal("follow"), id: z.number(), mostMs: z.number() }),
  z.object({
    does: z.literal("find"),
    id: z.number(),
    mostMs: z.number(),
    query: auditQuery,
    before: z.number(),
    most: z.number(),
  }),
]);
export type Ask = z.infer<typeof ask>;

const searcher = new Searcher(z.object({ folder: z.string() }).parse(workerData).folder);

parentPort?.on("message", (message: unknown) => {
  const asked = ask.parse(message);
  try {
    const isWhole = searcher.follow(asked.mostMs);
    say({
      id: asked.id,
      value: asked.does === "follow" ? isWhole : searcher.find(asked.query, asked.before, asked.most),
    });
  } catch (error) {
    say({ id: asked.id, error: error instanceof Error ? error.message : String(error) });
  }
});

function say(message: object): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message);
}
