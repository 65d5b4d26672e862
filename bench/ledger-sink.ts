import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { createSinks } from "../src/gateway/sinks/sinks.ts";
import { dice } from "./ledger-entries.ts";
import { ledgerOrigin, type OpenLedger } from "./ledger-folder.ts";
import { quantile } from "./table.ts";

const entries = 40;

/** From an entry's being durable to its event's being in a sink's file, on a long ledger whose sink has taken all before. */
export async function measureSink(folder: string, ledger: OpenLedger): Promise<string> {
  const path = join(folder, "events.jsonl");
  const sinks = createSinks({
    config: [{ name: "bench", file: { path }, from: "now" }],
    folder: ledger.folder,
    origin: ledgerOrigin,
    size: () => ledger.length(),
    now: Date.now,
    log: () => undefined,
  });
  await sinks.start();
  const roll = dice(1);
  const times: number[] = [];
  try {
    for (let n = 0; n < entries; n += 1) {
      // At any moment of the feed's own beat.
      await passed(roll(300));
      const before = sizeOf(path);
      await ledger.store.commit((writes) => writes.append("ledger.read", { n }));
      ledger.grew(1);
      const beganMs = performance.now();
      while (sizeOf(path) === before) await passed(2);
      times.push(performance.now() - beganMs);
    }
  } finally {
    await sinks.close();
  }
  return `From a durable entry to its event in a sink's file: p50 ${quantile(times, 0.5).toFixed(0)} ms, at most ${Math.max(...times).toFixed(0)} ms\n`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
