import { isDeepStrictEqual } from "node:util";
import type { ConsoleState } from "../shared/console.ts";
import { heldCalls, type HeldCall } from "../shared/held.ts";
import { sumOf, type TrafficTrouble } from "../shared/traffic.ts";
import { visibleLine } from "../shared/visible.ts";
import { clockTime, localTime } from "./tray-state.ts";
import { tray as words } from "./words/tray.ts";

/**
 * What went through the tunnel, in groups of lines: by connection, by client and connection, the held calls of this person with their state,
 * the last errors with what to do. Names, numbers and words of our own alone. No group is empty; none where nothing went through.
 */
export function trafficLines(state: ConsoleState): readonly (readonly string[])[] {
  const held = heldCalls(state);
  const groups = [
    byConnection(state, held),
    byClient(state, held),
    held.map((each) => heldLine(each, state)),
    state.traffic.troubles.map((each) => troubleLine(each, state)),
  ];
  return groups.filter((lines) => lines.length > 0).map(shortened);
}

/** Whether nothing but the numbers of traffic is another: they may change every second, and a menu that is open must not be built anew for that. */
export function isTrafficAlone(before: ConsoleState, after: ConsoleState): boolean {
  const keys = (Object.keys(after) as (keyof ConsoleState)[]).filter(
    (key) => key !== "traffic" && key !== "connections",
  );
  return (
    before.traffic !== after.traffic &&
    keys.every((key) => before[key] === after[key]) &&
    isDeepStrictEqual(before.connections, after.connections)
  );
}

const longestName = 40;
const longestWords = 160;
const longestGroup = 6;

function byConnection({ connections, traffic }: ConsoleState, held: readonly HeldCall[]): readonly string[] {
  return connections.flatMap(({ name }) => {
    const { calls, errors } = sumOf(traffic.lines.filter(({ connection }) => connection === name));
    const waiting = held.filter(({ approval }) => approval.connection === name).length;
    return calls + waiting === 0 ? [] : [words.traffic(shown(name), calls, waiting, errors)];
  });
}

function byClient({ clients, connections, traffic }: ConsoleState, held: readonly HeldCall[]): readonly string[] {
  return clients.flatMap(({ id, name }) =>
    connections.flatMap((connection) => {
      const isHere = (each: { readonly connection: string }) => each.connection === connection.name;
      const { calls, errors } = sumOf(traffic.lines.filter((line) => line.client === id && isHere(line)));
      const waiting = held.filter(({ client, approval }) => client?.id === id && isHere(approval)).length;
      if (calls + waiting === 0) return [];
      return [words.traffic(words.clientOn(shown(name), shown(connection.name)), calls, waiting, errors)];
    }),
  );
}

function heldLine({ approval, state: waits, client }: HeldCall, state: ConsoleState): string {
  const what = waits === "waits" ? words.heldAs.waits(clockTime(approval.expiresAtMs, state)) : words.heldAs[waits];
  return words.held(
    shown(approval.tool),
    shown(approval.connection),
    client === null ? null : shown(client.name),
    what,
  );
}

function troubleLine({ client, connection, atMs, times, message }: TrafficTrouble, { clients }: ConsoleState): string {
  const name = clients.find(({ id }) => id === client)?.name ?? words.goneClient;
  const who = client === null ? words.stranger : shown(name);
  const where = connection === null ? who : words.clientOn(who, shown(connection));
  return words.trouble(localTime(atMs), where, times, visibleLine(message, longestWords));
}

function shortened(lines: readonly string[]): readonly string[] {
  const more = lines.length - longestGroup;
  return more > 0 ? [...lines.slice(0, longestGroup), words.moreLines(more)] : lines;
}

function shown(name: string): string {
  return visibleLine(name, longestName);
}
