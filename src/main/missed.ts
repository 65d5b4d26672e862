import type { ConsoleState } from "../shared/console.ts";
import type { Notice } from "./notices.ts";
import { waitingFor } from "./tray-state.ts";
import { notices as words } from "./words/notices.ts";

/** What came in quiet hours and was not shown then, by id. */
export interface Missed {
  readonly requests: ReadonlySet<string>;
  readonly outcomes: ReadonlySet<string>;
}

export const nothingMissed: Missed = { requests: new Set(), outcomes: new Set() };

/** What quiet hours come to at their end: the words of one notification, and the request that a click opens, null for the inbox. */
export interface Summary extends Notice {
  readonly opens: string | null;
}

/** With what came now. */
export function missedMore(missed: Missed, requests: readonly Named[], outcomes: readonly Named[]): Missed {
  return { requests: withIds(missed.requests, requests), outcomes: withIds(missed.outcomes, outcomes) };
}

export function isMissed({ requests, outcomes }: Missed): boolean {
  return requests.size + outcomes.size > 0;
}

/** Requests that were decided meanwhile are not mentioned; null where nothing is left to say. Nobody and nothing is named. */
export function summaryOf(missed: Missed, state: ConsoleState, locked: boolean): Summary | null {
  const waiting = waitingFor(state).filter(({ id }) => missed.requests.has(id));
  const all = [...waiting.map(({ id }) => id), ...missed.outcomes];
  if (all.length === 0) return null;
  const opens = all.length === 1 ? (all[0] ?? null) : null;
  if (locked) return { title: waiting.length > 0 ? words.waits : words.decided, body: "", opens };
  const ended = missed.outcomes.size === 0 ? null : words.missed.ended(words.missed.own(missed.outcomes.size));
  return waiting.length > 0
    ? { title: words.missed.after(waiting.length), body: ended === null ? "" : `${ended}.`, opens }
    : { title: words.missed.during(ended ?? ""), body: "", opens };
}

type Named = { readonly id: string };

function withIds(known: ReadonlySet<string>, more: readonly Named[]): ReadonlySet<string> {
  return more.length === 0 ? known : new Set([...known, ...more.map(({ id }) => id)]);
}
