import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A stretch of network between a client and a server, with weather. */
export interface Road {
  readonly origin: string;
  /** Connections that were opened over it so far. */
  readonly opened: number;
  /** Ends what is on it, and lets nobody on: connections are refused. */
  close(): Promise<void>;
  /** Lets everybody on again, at the same address. */
  open(): Promise<void>;
  /** Ends what is on it now, and nothing more. */
  cut(): void;
  /** Takes everything and brings nothing there, as a network does that has silently gone; until `clear`. */
  swallow(): void;
  clear(): void;
}

/** A road to this origin, `http://127.0.0.1:PORT`. */
export async function startRoad(to: string): Promise<Road> {
  const { hostname, port } = new URL(to);
  const ends = new Set<Socket>();
  let swallows = false;
  let opened = 0;
  let server: Server | null = null;
  let own = 0;

  function travel(socket: Socket): void {
    opened += 1;
    const onward = connect(Number(port), hostname);
    for (const [from, into] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      ends.add(from);
      from.on("data", (chunk) => void (swallows || into.write(chunk)));
      from.on("error", () => undefined);
      from.on("close", () => {
        ends.delete(from);
        into.destroy();
      });
    }
  }

  const road: Road = {
    get origin() {
      return `http://127.0.0.1:${own}`;
    },
    get opened() {
      return opened;
    },
    async open() {
      server = createServer(travel).listen(own, "127.0.0.1");
      await once(server, "listening");
      own = (server.address() as AddressInfo).port;
    },
    async close() {
      const closing = server;
      server = null;
      const closed = new Promise((resolve) => (closing === null ? resolve(null) : closing.close(resolve)));
      road.cut();
      await closed;
    },
    cut() {
      for (const end of ends) end.resetAndDestroy();
    },
    swallow() {
      swallows = true;
    },
    clear() {
      swallows = false;
    },
  };
  await road.open();
  return road;
}
