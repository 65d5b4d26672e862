import type { ActivityBy, ActivityRow, Counted, Figures } from "../../shared/audit-activity.ts";
import type { EntryFacts } from "../../shared/audit-search.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { isJudged } from "./session-ends.ts";

/** The order in which figures stand where they have no names. */
export const order = ["calls", "held", "denied", "masked"] as const satisfies readonly Counted[];

/** What one entry adds to the figures. */
export function figuresOf(kind: string, facts: EntryFacts, body: JsonObject): Figures {
  const isCall = isJudged(kind, facts);
  return {
    calls: Number(isCall),
    held: Number(kind === "approval.pending"),
    denied: Number(kind === "call.refused" || kind === "approval.denied" || kind === "approval.expired"),
    masked: kind.startsWith("call.") ? lengthOf(body["hidden"]) : 0,
  };
}

/** What an entry adds anything to. */
export function countedIn(figures: Figures): readonly Counted[] {
  return order.filter((name) => figures[name] > 0);
}

/** What an entry is counted under; empty where it names none. */
export function keyOf(by: ActivityBy, { connection, principal, tool, method }: EntryFacts): string {
  switch (by) {
    case "connection":
      return connection ?? "";
    case "person":
      return principal ?? "";
    case "tool":
      return tool ?? method ?? "";
    default:
      return by satisfies never;
  }
}

/** Both together. */
export function plus(one: Figures, other: Figures): Figures {
  return {
    calls: one.calls + other.calls,
    held: one.held + other.held,
    denied: one.denied + other.denied,
    masked: one.masked + other.masked,
  };
}

/** A row in which nothing happened. */
export function emptyRow(key: string, within: string, steps: number): ActivityRow {
  const connection = within === "" ? null : within;
  const none = Array.from({ length: steps }, () => stepOf(nothing));
  return { key, connection, name: null, principalKind: null, total: nothing, steps: none };
}

/** Figures without their names. */
export function stepOf({ calls, held, denied, masked }: Figures): ActivityRow["steps"][number] {
  return [calls, held, denied, masked];
}

/** What is left of all of it beside this one. */
export function without(all: ActivityRow, { total, steps }: ActivityRow): ActivityRow {
  return {
    ...all,
    total: minus(all.total, total),
    steps: all.steps.map(([a, b, c, d], at): ActivityRow["steps"][number] => {
      const [e, f, g, h] = steps[at] ?? [0, 0, 0, 0];
      return [a - e, b - f, c - g, d - h];
    }),
  };
}

function minus(one: Figures, other: Figures): Figures {
  return {
    calls: one.calls - other.calls,
    held: one.held - other.held,
    denied: one.denied - other.denied,
    masked: one.masked - other.masked,
  };
}

/** Most calls first; among equals what else happened. */
export function weightOf({ calls, held, denied }: Figures): number {
  return calls * 1_000 + held + denied;
}

const nothing: Figures = { calls: 0, held: 0, denied: 0, masked: 0 };

function lengthOf(hidden: Json | undefined): number {
  return Array.isArray(hidden) ? hidden.length : 0;
}
