import type { Dispatcher } from "undici";
import { connections, type Connections } from "./dispatcher.ts";

/** The connections to the gateway that are used now, and those that only bring to an end what is under way on them. */
export interface Roads {
  readonly dispatcher: Dispatcher;
  /** The machine has these addresses now: what is under way goes on where it still can, what begins gets a new connection. */
  renew(addresses: ReadonlySet<string>): void;
  /** Ends all that is under way, for this reason. */
  leave(reason: Error): void;
  /** Runs over a connection of its own. */
  apart<T>(run: (dispatcher: Dispatcher) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openRoads(origin: string, ca: string | undefined): Roads {
  let pool = connections(origin, ca);
  const left = new Set<Connections>();
  return {
    get dispatcher() {
      return pool.dispatcher;
    },
    renew(addresses) {
      for (const each of [pool, ...left]) each.dropLost(addresses);
      const old = pool;
      left.add(old);
      pool = connections(origin, ca);
      old.dispatcher.close().then(
        () => left.delete(old),
        () => left.delete(old),
      );
    },
    leave(reason) {
      const old = [pool, ...left];
      pool = connections(origin, ca);
      for (const { dispatcher } of old) void dispatcher.destroy(reason);
    },
    async apart(run) {
      const { dispatcher } = connections(origin, ca);
      try {
        return await run(dispatcher);
      } finally {
        await dispatcher.destroy();
      }
    },
    async close() {
      await Promise.all([pool, ...left].map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}
