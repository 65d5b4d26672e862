import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import type { ApprovalState } from "../../shared/approval.ts";
import type { ApprovalOutline, ApprovalRecord, Reads } from "../store/store.ts";

type Table = Reads["approvals"];

/** What waits or runs; all of it is always told. */
const live = ["pending", "approved", "claimed"] as const satisfies readonly ApprovalState[];
const ended = [
  "denied",
  "expired",
  "withdrawn",
  "executed",
  "failed",
  "unknown",
  "lapsed",
] as const satisfies readonly ApprovalState[];

/** Of what has ended, so many of the newest, and so many bytes of stored JSON: whoever asks costs no more, however much is stored (docs/protocol.md). */
export const mostEnded = 200;
export const mostEndedBytes = 8 * 1024 * 1024;
/** A reader that resumes is sent so many changes one by one; past that, the state as it is. */
const mostChanges = 1000;
/** How long reading keeps others from their turn; one record may take longer. */
const sliceMs = 5;

/** Ids of the approvals to tell of; `whole`: they are the state as it is, not what changed. */
export interface Backlog {
  readonly whole: boolean;
  readonly ids: readonly string[];
}

/** Those in this state, or in any, in the order of their last change: all that are live, and of the ended ones the newest that fit the bounds. */
export function standing(approvals: Table, state: ApprovalState | null): Backlog {
  const asked = (each: ApprovalState): boolean => state === null || each === state;
  const waiting = live.filter(asked).flatMap((each) => approvals.outlines(each, unbounded));
  const over = ended.filter(asked).flatMap((each) => approvals.outlines(each, mostEnded));
  return { whole: true, ids: inOrder([...waiting, ...newestThatFit(over)]) };
}

/** Those that changed after this revision; where these are too many or too large, the state as it is. */
export function changesSince(approvals: Table, revision: number): Backlog {
  const changed = approvals.outlinesAfter(revision, mostChanges + 1);
  const over = changed.filter(({ state }) => !isLive(state));
  const fits = changed.length <= mostChanges && newestThatFit(over).length === over.length;
  return fits ? { whole: false, ids: inOrder(changed) } : standing(approvals, null);
}

/** Reads the approvals of these ids one by one, each as it is by then, and lets everything else have its turn in between. */
export async function* readEach(approvals: Table, ids: readonly string[]): AsyncGenerator<ApprovalRecord> {
  let until = 0;
  for (const id of ids) {
    if (performance.now() >= until) {
      await turn();
      until = performance.now() + sliceMs;
    }
    const record = approvals.get(id);
    if (record !== undefined) yield record;
  }
}

/** SQLite's word for no limit. */
const unbounded = -1;

function isLive(state: ApprovalState): boolean {
  return live.some((each) => each === state);
}

/** One that doesn't fit is left out, and makes no others go: a few large ones don't hide all the small ones. */
function newestThatFit(outlines: readonly ApprovalOutline[]): readonly ApprovalOutline[] {
  const newest = outlines.toSorted((one, other) => other.revision - one.revision).slice(0, mostEnded);
  let left = mostEndedBytes;
  return newest.filter(({ bytes }) => {
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
}

function inOrder(outlines: readonly ApprovalOutline[]): readonly string[] {
  return outlines.toSorted((one, other) => one.revision - other.revision).map(({ id }) => id);
}

/** One reader a turn of the event loop, however many there are: together they cost a call one slice, not one each. */
let last: Promise<void> = Promise.resolve();

function turn(): Promise<void> {
  last = last.then(() => turnOfTheLoop());
  return last;
}
