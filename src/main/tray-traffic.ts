import { isDeepStrictEqual } from "node:util";
import type { ConsoleState } from "../shared/console.ts";
import { sumOf } from "../shared/traffic.ts";
import { visibleLine } from "../shared/visible.ts";
import { tray as words } from "./words/tray.ts";

/** A line for each connection with calls or held ones of this person: what went there since the start. Names and numbers alone. */
export function trafficLines(state: ConsoleState): readonly string[] {
  const names = state.connections.map(({ name }) => name);
  return names.flatMap((name) => {
    const { calls, errors } = sumOf(state.traffic.lines.filter(({ connection }) => connection === name));
    const held = state.approvals.filter(
      (approval) => approval.relation === "requester" && approval.state === "pending" && approval.connection === name,
    ).length;
    return calls + held === 0 ? [] : [words.traffic(visibleLine(name, longestName), calls, held, errors)];
  });
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
