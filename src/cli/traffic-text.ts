import type { ConsoleState } from "../shared/console.ts";
import { heldCalls, type HeldCall } from "../shared/held.ts";
import { sumOf, type TrafficLine, type TrafficTrouble } from "../shared/traffic.ts";
import { visibleLine } from "../shared/visible.ts";
import { table } from "./terminal.ts";
import { counted } from "./counted.ts";

type Told = Pick<ConsoleState, "traffic" | "clients" | "approvals" | "gateway" | "session">;

/** What went through the tunnel: a row for each client and connection, one's own held calls, the last errors with their cure. */
export function trafficLines(state: Told): readonly string[] {
  const { lines, troubles, sinceMs } = state.traffic;
  const { calls, errors } = sumOf(lines);
  const held = heldCalls(state);
  const rows = rowsOf(state, held).map(({ client, connection, line, waiting }) => [
    nameOf(state, client),
    connection,
    String(line?.calls ?? 0),
    String(waiting),
    String(line?.errors ?? 0),
    line === null ? "" : new Date(line.lastAtMs).toISOString(),
  ]);
  return [
    `Traffic  ${counted(calls, "call")}, ${counted(errors, "error")} since ${new Date(sinceMs).toISOString()}`,
    ...(rows.length === 0 ? [] : table(["client", "connection", "calls", "held", "errors", "last call"], rows)),
    ...held.map(heldLine),
    ...troubles.slice(0, mostTroubles).map((trouble) => troubleLine(state, trouble)),
  ];
}

/** One's own held calls, with what each waits for, and through which client of this profile it came; times by the gateway's clock. */
export function heldFacts(of: Pick<ConsoleState, "approvals" | "clients" | "session">) {
  return heldCalls(of).map(({ approval: { id, tool, connection, expiresAtMs }, state, client }) => ({
    id,
    tool: visibleLine(tool, 60),
    connection,
    client: client?.name ?? null,
    state,
    expiresAt: new Date(expiresAtMs).toISOString(),
  }));
}

const mostTroubles = 5;

function heldLine({ approval: { tool, connection, expiresAtMs }, state, client }: HeldCall): string {
  const by = client === null ? "" : ` by ${client.name}`;
  const waits = {
    waits: `denied by itself at ${new Date(expiresAtMs).toISOString()}`,
    approved: "approved: runs when the client makes the identical call again",
    running: "running",
  }[state];
  return `Held     ${visibleLine(tool, 60)} on ${connection}${by}, ${waits}`;
}

interface Row {
  readonly client: string;
  readonly connection: string;
  readonly line: TrafficLine | null;
  readonly waiting: number;
}

/** A row for each client and connection with calls or held ones; those of a client that is gone are in one. */
function rowsOf(state: Told, held: readonly HeldCall[]): readonly Row[] {
  const known = new Set(state.clients.map(({ id }) => id));
  const heldAt = (client: string, connection: string) =>
    held.filter((each) => each.approval.connection === connection && (each.client?.id ?? "") === client).length;
  const called = goneTogether(state).map((line) => {
    const client = known.has(line.client) ? line.client : "";
    return { client, connection: line.connection, line, waiting: heldAt(client, line.connection) };
  });
  const without = new Map<string, Row>();
  for (const { client: of, approval } of held) {
    const [client, connection] = [of?.id ?? "", approval.connection];
    if (called.some((row) => row.client === client && row.connection === connection)) continue;
    without.set(JSON.stringify([client, connection]), {
      client,
      connection,
      line: null,
      waiting: heldAt(client, connection),
    });
  }
  return [...called, ...without.values()];
}

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
