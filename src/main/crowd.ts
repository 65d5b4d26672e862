import type { ConsoleState } from "../shared/console.ts";
import type { Notice } from "./notices.ts";
import { clockTime, waitingFor } from "./tray-state.ts";
import { notices } from "./words/notices.ts";

const words = notices.crowd;

/** So many notifications of requests stand at most, one by one. Where more would, as after a reconnect, those that came last are told of in one. */
export const mostStanding = 5;

/** What that one says; null where nothing waits any more. It has no number: it stands while more come, and would soon be wrong. */
export function crowdNotice(state: ConsoleState, locked: boolean): Notice | null {
  const [first] = waitingFor(state);
  if (first === undefined) return null;
  if (locked) return { title: words.locked, body: "" };
  const until = clockTime(first.expiresAtMs, state);
  return {
    title: words.title,
    body: words.body(until),
  };
}
