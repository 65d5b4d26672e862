import { subscribe } from "node:diagnostics_channel";
import { ServerResponse, type Server } from "node:http";
import { Socket } from "node:net";
import { readdirSync, readlinkSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { queryObjects } from "node:v8";

/** What a process holds after a collection of garbage. */
export interface Held {
  /** On the heap and beside it, in bytes. */
  readonly bytes: number;
  readonly sockets: number;
  readonly responses: number;
  readonly timers: number;
  readonly databases: number;
  /** Files that it has open, on Linux; sockets aside. */
  readonly files: number;
}

const servers = new Set<Server>();

/** To be called before anything is served. */
export function watchServers(): void {
  subscribe("http.server.request.start", (told) => {
    if (typeof told === "object" && told !== null && "server" in told) servers.add(told.server as Server);
  });
}

/** Counts what lives in this process. */
export function heldHere(): Held {
  // What clients keep open for their next call is no leak, and would stay for a minute.
  for (const server of servers) server.closeIdleConnections();
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  // Of a class that Node doesn't name; this one itself is counted every time.
  const timers = count(timer.constructor as new () => object);
  // Collects the garbage before it counts.
  const [sockets, responses, databases] = [count(Socket), count(ServerResponse), count(DatabaseSync)];
  const { heapUsed, external } = process.memoryUsage();
  return { bytes: heapUsed + external, sockets, responses, timers, databases, files: files() };
}

export function count(made: new (...given: never[]) => object): number {
  return queryObjects(made, { format: "count" });
}

function files(): number {
  if (process.platform !== "linux") return 0;
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith("/");
    } catch {
      // The one by which the folder was read.
      return false;
    }
  }).length;
}
