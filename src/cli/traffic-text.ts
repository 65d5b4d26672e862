import type { ConsoleState } from "../shared/console.ts";
import { sumOf, type TrafficLine, type TrafficTrouble } from "../shared/traffic.ts";
import { visibleLine } from "../shared/visible.ts";
import { table } from "./terminal.ts";

type Told = Pick<ConsoleState, "traffic" | "clients" | "approvals" | "gateway">;

/** What went through the tunnel: a row for each client and connection, one's own held calls, the last errors with their cure. */
export function trafficLines(state: Told): readonly string[] {
  const { lines, troubles, sinceMs } = state.traffic;
  const { calls, errors } = sumOf(lines);
  const held = heldCalls(state);
  const rows = goneTogether(state).map((line) => [
    nameOf(state, line.client),
    line.connection,
    String(line.calls),
    String(line.errors),
    new Date(line.lastAtMs).toISOString(),
  ]);
  return [
    `Traffic  ${counted(calls, "call")}, ${counted(errors, "error")} since ${new Date(sinceMs).toISOString()}`,
    ...(rows.length === 0 ? [] : table(["client", "connection", "calls", "errors", "last call"], rows)),
    ...held.map(
      ({ tool, connection, expiresAt }) => `Held     ${tool} on ${connection}, denied by itself at ${expiresAt}`,
    ),
    ...troubles.slice(0, mostTroubles).map((trouble) => troubleLine(state, trouble)),
  ];
}

/** One's own calls that wait for a decision; times by the gateway's clock. */
export function heldCalls({ approvals }: Pick<ConsoleState, "approvals">) {
  return approvals
    .filter(({ state, relation }) => state === "pending" && relation === "requester")
    .map(({ id, tool, connection, expiresAtMs }) => ({
      id,
      tool: visibleLine(tool, 60),
      connection,
      expiresAt: new Date(expiresAtMs).toISOString(),
    }));
}

const mostTroubles = 5;

function troubleLine(state: Told, { client, connection, message, times, atMs }: TrafficTrouble): string {
  const who = client === null ? "an unknown program" : nameOf(state, client);
  const where = connection === null ? "" : ` on ${connection}`;
  const often = times === 1 ? "" : ` (${times} times)`;
  return `Error    ${new Date(atMs).toISOString()} ${who}${where}${often}: ${visibleLine(message, 400)}`;
}

/** Each `countersign call` is a client of its own that ends with it: what is gone counts as one, in the place of its first line. */
function goneTogether({ traffic, clients }: Told): readonly TrafficLine[] {
  const known = new Set(clients.map(({ id }) => id));
  const rows = new Map<string, TrafficLine>();
  for (const line of traffic.lines) {
    const key = JSON.stringify([known.has(line.client) ? line.client : null, line.connection]);
    const before = rows.get(key);
    if (before === undefined) rows.set(key, line);
    else {
      const { calls, errors } = sumOf([before, line]);
      rows.set(key, { ...before, calls, errors, lastAtMs: Math.max(before.lastAtMs, line.lastAtMs) });
    }
  }
  return [...rows.values()];
}

function nameOf({ clients }: Pick<ConsoleState, "clients">, id: string): string {
  return clients.find((client) => client.id === id)?.name ?? "countersign call, or a removed client";
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
