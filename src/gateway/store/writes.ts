import { aboutApproval } from "../audit/approval-entries.ts";
import type { BodyFile } from "../audit/body-files.ts";
import type { Draft } from "../audit/ledger.ts";
import { canonical, type JsonObject } from "../../shared/json.ts";
import type { EntryKind } from "../../shared/entry-kind.ts";
import type { ErasedEntries } from "../../shared/ledger.ts";
import type { Erased } from "./erasing.ts";
import type { Writes } from "./store.ts";
import type { StateWrites } from "./tables.ts";

/** The files of long bodies that were written before their entries. */
export type LongBodies = WeakMap<JsonObject, BodyFile>;

/** The writes of one work while it runs, and what they amounted to. */
export interface OpenWrites {
  /** What the work is given. */
  readonly face: Writes;
  readonly drafts: readonly Draft[];
  /** Ends the writes: a face that the work kept throws from now on. */
  end(): void;
  /** The store's failure during a write, even one that the work caught. */
  fault(): Error | undefined;
}

/**
 * Opens the writes of one work; entries get their time here, their place at the end of the group. `beforeState` is called before each
 * change of state.
 */
export function openWrites(
  state: StateWrites,
  longBodies: LongBodies,
  now: () => number,
  beforeState: () => void,
  erase: (entries: readonly number[]) => Erased,
): OpenWrites {
  const drafts: Draft[] = [];
  let ended = false;
  let fault: Error | undefined;
  const guarded = <T>(write: () => T): T => {
    if (ended) throw new TypeError("A commit's writes end with its work.");
    try {
      return write();
    } catch (error) {
      fault ??= storeFault(error);
      throw error;
    }
  };
  const changing = <T>(write: () => T): T =>
    guarded(() => {
      beforeState();
      return write();
    });
  return {
    face: {
      approvals: { ...state.approvals, put: (record) => changing(() => state.approvals.put(record)) },
      answers: {
        ...state.answers,
        put: (answer) => changing(() => state.answers.put(answer)),
        deliver: (approval) => changing(() => state.answers.deliver(approval)),
        forget: (nowMs) => changing(() => state.answers.forget(nowMs)),
      },
      history: state.history,
      precedents: state.precedents,
      grants: { ...state.grants, put: (record) => changing(() => state.grants.put(record)) },
      devices: { ...state.devices, put: (record) => changing(() => state.devices.put(record)) },
      revocations: {
        ...state.revocations,
        put: (record) => changing(() => state.revocations.put(record)),
        remove: (...which) => changing(() => state.revocations.remove(...which)),
      },
      holds: {
        ...state.holds,
        put: (hold) => changing(() => state.holds.put(hold)),
        remove: (name) => changing(() => state.holds.remove(name)),
      },
      tools: { ...state.tools, put: (...tool) => changing(() => state.tools.put(...tool)) },
      append: (kind, body) => guarded(() => void drafts.push(draftOf(kind, body, longBodies, now()))),
      erase: (entries, why) =>
        changing(() => {
          const erased = erase(entries);
          const body = { ...why, entries: rangesOf(erased.entries) };
          if (erased.entries.length > 0) drafts.push(draftOf("entries.erased", body, longBodies, now()));
          return erased;
        }),
    },
    drafts,
    end: () => {
      ended = true;
    },
    fault: () => fault,
  };
}

/** The error itself where SQLite failed at its own work; undefined where a constraint refused what it was given. */
export function storeFault(error: unknown): Error | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return (error.errcode & 0xff) === sqliteConstraint ? undefined : error;
}

/** https://www.sqlite.org/rescode.html#constraint, the primary code. */
const sqliteConstraint = 19;

/** Rising numbers as ranges with both ends. */
function rangesOf(numbers: readonly number[]): ErasedEntries["entries"] {
  const ranges: ErasedEntries["entries"] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

function draftOf(kind: EntryKind, body: JsonObject, longBodies: LongBodies, atMs: number): Draft {
  const written = longBodies.get(body) ?? canonical(body);
  return { kind, body: written, atMs: Math.floor(atMs), about: aboutApproval(kind, body) };
}
