import type { CDPSession, Page } from "playwright-core";
import { z } from "zod";

/** A page's main thread, watched from when this is made. */
export interface MainThreadWork {
  /** Stops watching: the most computing time that one of its tasks took, in ms. Time in which other processes had the processor is not in it. */
  longestMs(): Promise<number>;
}

/** An event of Chromium's tracing; durations in µs, `tdur` by the thread's own clock. */
const traced = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  tdur: z.number().optional(),
});
type Traced = z.infer<typeof traced>;

/** Timing by Chromium's own tracing: a loaded machine makes every frame late, and only this tells why. */
export async function mainThreadWork(page: Page): Promise<MainThreadWork> {
  const session = await page.context().newCDPSession(page);
  const events: Traced[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...z.array(traced.loose()).parse(value)));
  const includedCategories = ["toplevel", "devtools.timeline"];
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories } });
  return {
    async longestMs() {
      const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
      await stop(session, complete);
      const thread = busiest(events.filter(({ name }) => name === "FunctionCall"));
      const tasks = events.filter(
        (event) => placeOf(event) === thread && event.ph === "X" && event.name.endsWith("RunTask"),
      );
      return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0);
    },
  };
}

async function stop(session: CDPSession, complete: Promise<void>): Promise<void> {
  await session.send("Tracing.end");
  await complete;
  await session.detach();
}

const placeOf = ({ pid, tid }: Traced): string => `${pid}.${tid}`;

/** The thread that runs the page's own code: most calls are on it. */
function busiest(calls: readonly Traced[]): string | undefined {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(placeOf(call), (counts.get(placeOf(call)) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
