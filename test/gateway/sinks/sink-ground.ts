import type { SinkConfig } from "../../../src/gateway/config-sinks.ts";
import type { LogLine } from "../../../src/gateway/log.ts";
import { createSinks, type Sinks } from "../../../src/gateway/sinks/sinks.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { scratch } from "../store/scratch.ts";

/** A store with its ledger, and sinks that follow it. */
export interface Ground {
  readonly data: string;
  readonly store: Store;
  readonly log: LogLine[];
  /** Starts these sinks on the store's ledger. */
  readonly start: (...config: readonly SinkConfig[]) => Promise<Sinks>;
}

/** An empty one, whose receivers may be silent for so long; it goes with the test. */
export async function ground(silenceMs = 20_000): Promise<Ground> {
  const { data, open } = await scratch();
  const store = await open();
  const log: LogLine[] = [];
  const size = (): number => Number(store.checkpoint().split("\n", 2)[1]);
  return {
    data,
    store,
    log,
    async start(...config) {
      const sinks = createSinks({
        config,
        folder: data,
        origin: "gw.example:8443",
        size,
        now: Date.now,
        silenceMs,
        log: (line) => void log.push(line),
      });
      await sinks.start();
      return sinks;
    },
  };
}

/** Appends so many entries. */
export async function append(store: Store, count: number): Promise<void> {
  await store.commit((writes) => {
    for (let n = 0; n < count; n += 1) writes.append("config.rejected", { why: `edit ${n}` });
  });
}
