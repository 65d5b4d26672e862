import type { Config } from "./config-schema.ts";
import type { FollowerReadings } from "./follower-gauges.ts";
import type { Log } from "./log.ts";
import { createSinks } from "./sinks/sinks.ts";
import type { Store } from "./store/store.ts";
import { createWitnesses } from "./witnesses/witnesses.ts";

interface FollowersOptions {
  readonly config: Pick<Config, "sinks" | "witnesses" | "data">;
  readonly store: Pick<Store, "checkpoint" | "proofs">;
  /** The ledger's, HOST[:PORT]. */
  readonly origin: string;
  readonly now: () => number;
  readonly log: Log;
}

/** Who follows the ledger outside of the gateway: sinks take its entries, witnesses sign its checkpoints. No call waits for either. */
export interface Followers {
  readonly readings: FollowerReadings;
  /** Throws CountersignError `configuration` for a secret or file that can't be had. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export function createFollowers({ config, store, origin, now, log }: FollowersOptions): Followers {
  const { data: folder } = config;
  const checkpoint = (): string => store.checkpoint();
  const size = (): number => Number(checkpoint().split("\n", 2)[1]);
  const sinks = createSinks({ config: config.sinks, folder, origin, size, now, log });
  const witnesses = createWitnesses({ config: config.witnesses, folder, checkpoint, proofs: store.proofs, log });
  return {
    readings: { sinks: () => sinks.feeds, witnesses: witnesses.readings },
    async start() {
      await sinks.start();
      await witnesses.start();
    },
    async close() {
      await witnesses.close();
      await sinks.close();
    },
  };
}
