import type { ConsoleState } from "../shared/console.ts";
import { count } from "./words/count.ts";
import { createStore, type Store } from "./store.ts";

/** This machine's clock in ms, whole seconds, ticking while somebody looks. */
export function createClock(read: () => number = Date.now): Store<number> {
  const second = () => Math.floor(read() / 1000) * 1000;
  const now = createStore(second());
  let watchers = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    get: now.get,
    subscribe(listener) {
      const stop = now.subscribe(listener);
      if (watchers++ === 0) timer = setInterval(() => now.set(second()), 250);
      now.set(second());
      return () => {
        stop();
        if (--watchers === 0) clearInterval(timer);
      };
    },
  };
}

/** The gateway's clock, which alone counts for expiry (rule 9). */
export function gatewayTime(gateway: ConsoleState["gateway"], nowMs: number): number {
  return nowMs + gateway.clockOffsetMs;
}

/** A moment of the gateway's clock as this machine's, for clock times that a person compares with the wall. */
export function localTime(gateway: ConsoleState["gateway"], atMs: number): number {
  return atMs - gateway.clockOffsetMs;
}

/** Time left as `m:ss`, from an hour on `h:mm:ss`. The clock shows whole seconds, the last one begun, so what is left is rounded up by itself. */
export function timeLeft(leftMs: number): string {
  const seconds = Math.max(0, Math.floor(leftMs / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A length in its largest unit that divides it: “15 minutes”, “8 hours”. */
export function lengthText(lengthMs: number): string {
  const seconds = Math.floor(lengthMs / 1000);
  for (const [size, one, many] of lengths) if (seconds % size === 0) return count(seconds / size, one, many);
  return count(seconds, "second", "seconds");
}

const lengths = [
  [86_400, "day", "days"],
  [3600, "hour", "hours"],
  [60, "minute", "minutes"],
] as const;

/** How long ago, in the largest whole unit. */
export function ago(passedMs: number): string {
  const seconds = Math.floor(passedMs / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `on ${day.format(Date.now() - passedMs)}`;
}

const two = (n: number) => String(n).padStart(2, "0");
/** Whole seconds left of something short, at least one while it is there. */
export function secondsLeft(leftMs: number): number {
  return Math.max(1, Math.floor(leftMs / 1000));
}

const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const second = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export const clockTime = (atMs: number) => minute.format(atMs);
export const clockSeconds = (atMs: number) => second.format(atMs);

/** Clock time today, day and clock time otherwise. */
export function moment(atMs: number, nowMs: number): string {
  return day.format(atMs) === day.format(nowMs) ? minute.format(atMs) : `${day.format(atMs)}, ${minute.format(atMs)}`;
}

/** Clock time today, the day otherwise: for a column where the whole moment is one step away. */
export function dayTime(atMs: number, nowMs: number): string {
  return day.format(atMs) === day.format(nowMs) ? minute.format(atMs) : day.format(atMs);
}

/** The day, as an axis has it: `7 Nov`. */
export const dayName = (atMs: number) => day.format(atMs);

/** Clock time with its seconds today, day and clock time otherwise. */
export function momentSeconds(atMs: number, nowMs: number): string {
  return day.format(atMs) === day.format(nowMs) ? second.format(atMs) : `${day.format(atMs)}, ${second.format(atMs)}`;
}
