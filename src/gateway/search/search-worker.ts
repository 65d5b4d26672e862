import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { activityAsk } from "../../shared/audit-activity.ts";
import { auditQuery } from "../../shared/audit-search.ts";
import { sessionFormat, sessionsQuery } from "../../shared/audit-sessions.ts";
import { removeIndex } from "./index-file.ts";
import { Searcher } from "./searcher.ts";

/** What the thread is asked: to take further entries into the index, or for something of it, which does so first. */
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
  z.object({
    does: z.literal("sessions"),
    id: z.number(),
    mostMs: z.number(),
    query: sessionsQuery,
    before: z.number(),
    most: z.number(),
  }),
  z.object({
    does: z.literal("session"),
    id: z.number(),
    mostMs: z.number(),
    session: z.string(),
    after: z.number(),
    most: z.number(),
  }),
  z.object({
    does: z.literal("export"),
    id: z.number(),
    mostMs: z.number(),
    session: z.string(),
    format: sessionFormat,
    after: z.number(),
  }),
  z.object({ does: z.literal("renew"), id: z.number(), mostMs: z.number() }),
  z.object({ does: z.literal("body"), id: z.number(), mostMs: z.number(), entry: z.number() }),
  z.object({ does: z.literal("activity"), id: z.number(), mostMs: z.number(), asked: activityAsk }),
  z.object({ does: z.literal("one"), id: z.number(), mostMs: z.number(), seq: z.number() }),
]);
export type Ask = z.infer<typeof ask>;

const { folder } = z.object({ folder: z.string() }).parse(workerData);
let searcher: Searcher | null = null;

parentPort?.on("message", (message: unknown) => {
  const asked = ask.parse(message);
  try {
    if (asked.does === "renew") {
      // Forgotten before anything can fail: what is closed answers nobody, not even a second try.
      const before = searcher;
      searcher = null;
      before?.close();
      removeIndex(folder);
    }
    searcher ??= new Searcher(folder);
    const isWhole = searcher.follow(asked.mostMs);
    say({ id: asked.id, value: answerTo(searcher, asked, isWhole) });
  } catch (error) {
    say({ id: asked.id, error: error instanceof Error ? error.message : String(error) });
  }
});

function answerTo(from: Searcher, asked: Ask, isWhole: boolean): unknown {
  switch (asked.does) {
    case "follow":
    case "renew":
      return isWhole;
    case "find":
      return from.find(asked.query, asked.before, asked.most);
    case "sessions":
      return from.sessions(asked.query, asked.before, asked.most);
    case "session":
      return from.session(asked.session, asked.after, asked.most);
    case "export":
      return from.exported(asked.session, asked.format, asked.after);
    case "body":
      return from.body(asked.entry);
    case "activity":
      return from.activity(asked.asked);
    case "one":
      return from.one(asked.seq);
    default:
      return asked satisfies never;
  }
}

function say(message: object): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message);
}
