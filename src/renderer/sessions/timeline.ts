import type { Moment } from "../../shared/audit-sessions.ts";
import { wordsOfMoment } from "../../shared/session-words.ts";

/** Where moments stand on the line, each from 0 to 1, and where time that nothing happened in is folded. */
export interface Scale {
  readonly at: readonly number[];
  readonly folds: readonly { readonly at: number; readonly ms: number }[];
}

/** A call on the line, from its request to its answer; one without an answer goes on to the end. */
export interface Span {
  readonly call: string;
  readonly from: number;
  readonly to: number;
  /** The part in which it waited for a decision. */
  readonly held: { readonly from: number; readonly to: number } | null;
  readonly end: "well" | "denied" | "failed" | "open";
  /** Calls that are under way together stand in lanes, from 0. */
  readonly lane: number;
}

/** A longer pause is drawn as this long. */
const mostGapMs = 5000;
export const mostLanes = 4;

/** To scale but for long pauses; moments of one millisecond stand together. A clock that was set back counts as no time. */
export function scaleOf(moments: readonly Pick<Moment, "atMs">[]): Scale {
  let drawnMs = 0;
  const drawn: number[] = [];
  const folds: { at: number; ms: number }[] = [];
  moments.forEach(({ atMs }, index) => {
    const gapMs = Math.max(0, atMs - (moments[index - 1]?.atMs ?? atMs));
    if (gapMs > mostGapMs) folds.push({ at: drawnMs + mostGapMs / 2, ms: gapMs });
    drawnMs += Math.min(gapMs, mostGapMs);
    drawn.push(drawnMs);
  });
  const whole = Math.max(1, drawnMs);
  return { at: drawn.map((ms) => ms / whole), folds: folds.map(({ at, ms }) => ({ at: at / whole, ms })) };
}

/** The calls among these moments, as they stand on the line. */
export function spansOf(moments: readonly Moment[], { at }: Scale): readonly Span[] {
  const free: number[] = [];
  return callsIn(moments).map(({ call, places }) => {
    const [first = 0] = places;
    const answer = places.find((place) => endOf(moments[place]) !== null);
    const [from, to] = [at[first] ?? 0, answer === undefined ? 1 : (at[answer] ?? 1)];
    const known = free.findIndex((until) => until < from);
    const lane = Math.min(known === -1 ? free.length : known, mostLanes - 1);
    free[lane] = Math.max(free[lane] ?? 0, to);
    const end = answer === undefined ? "open" : (endOf(moments[answer]) ?? "open");
    return { call, from, to, held: heldIn(moments, places, at, to), end, lane };
  });
}

interface Called {
  readonly call: string;
  readonly places: number[];
}

function callsIn(moments: readonly Moment[]): readonly Called[] {
  const calls = new Map<string, Called>();
  moments.forEach(({ facts: { call }, kind }, place) => {
    if (call === null) return;
    const known = calls.get(call);
    if (known !== undefined) known.places.push(place);
    else if (kind === "call.request" || kind === "call.refused") calls.set(call, { call, places: [place] });
  });
  return [...calls.values()];
}

function heldIn(
  moments: readonly Moment[],
  places: readonly number[],
  at: readonly number[],
  to: number,
): Span["held"] {
  const pending = places.find((place) => moments[place]?.kind === "approval.pending");
  if (pending === undefined) return null;
  const decided = places.find((place) => place > pending && moments[place]?.kind.startsWith("approval.") === true);
  return { from: at[pending] ?? 0, to: decided === undefined ? to : (at[decided] ?? to) };
}

function endOf(moment: Moment | undefined): Span["end"] | null {
  if (moment === undefined || (moment.kind !== "call.response" && moment.kind !== "call.refused")) return null;
  const { tone } = wordsOfMoment(moment.kind, moment.facts, null);
  if (tone === "denial") return "denied";
  return tone === "failure" ? "failed" : "well";
}
