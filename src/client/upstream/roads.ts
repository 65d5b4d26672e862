import type { Dispatcher } from "undici";
import type { Exchange } from "./answer.ts";
import { connections, type Connections } from "./dispatcher.ts";

/** The connections to the gateway that are used now, and those that only bring to an end what is under way on them. */
export interface Roads {
  /** Sends a request; `exchange` is told of all that becomes of it. */
  dispatch(request: Dispatcher.DispatchOptions, exchange: Exchange): void;
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
    dispatch(request, exchange) {
      const { path, method, headers, body } = request;
      const isPlain = method === "POST" && Buffer.isBuffer(body) && Array.isArray(headers);
      if (isPlain && pool.plain?.dispatch({ path, headers, body }, exchange) === true) return;
      pool.dispatcher.dispatch(request, exchange);
    },
    renew(addresses) {
      for (const each of [pool, ...left]) each.dropLost(addresses);
      const old = pool;
      left.add(old);
      pool = connections(origin, ca);
      void Promise.allSettled([old.dispatcher.close(), old.plain?.close()]).then(() => left.delete(old));
    },
    leave(reason) {
      const old = [pool, ...left];
      pool = connections(origin, ca);
      for (const { dispatcher, plain } of old) {
        plain?.destroy(reason);
        void dispatcher.destroy(reason);
      }
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
      for (const { plain } of [pool, ...left]) plain?.destroy(new Error("The tunnel has been closed."));
      await Promise.all([pool, ...left].map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}
