import type { Effect } from "../policy/policy.ts";
import type { ReplayedCall } from "./replay.ts";

/** What became of a call by one set of rules. `rule` is null where none matched. */
export interface Outcome {
  readonly effect: Effect["effect"];
  readonly rule: string | null;
}

/** What replaying one entry came to. `unjudged`: the rules were not asked, as for lists and for what was refused before. */
export type Verdict =
  | { readonly is: "decided"; readonly before: Outcome; readonly after: Outcome }
  | { readonly is: "undecidable"; readonly rule: string | null; readonly why: string }
  | { readonly is: "unjudged" };

/** Calls of one kind, with the newest of them, oldest first. */
interface Group {
  count: number;
  readonly examples: ReplayedCall[];
}
export type Change = Group & { readonly before: Outcome; readonly after: Outcome };
export type Doubt = Group & { readonly rule: string | null; readonly why: string };

const mostExamples = 3;
/** Names and paths are callers' words: what is kept of them is bounded, further groups are only counted. */
const mostGroups = 1000;

/** Counts what replaying came to. */
export class Tally {
  /** Entries, or places between them, that can't be read at all. */
  unreadable = 0;
  same = 0;
  /** Same effect, by a rule of another name. */
  otherRule = 0;
  changed = 0;
  undecidable = 0;
  unjudged = 0;
  readonly #changes = new Map<string, Change>();
  readonly #doubts = new Map<string, Doubt>();

  add(call: ReplayedCall, verdict: Verdict): void {
    switch (verdict.is) {
      case "unjudged":
        this.unjudged += 1;
        return;
      case "undecidable": {
        const { rule, why } = verdict;
        this.undecidable += 1;
        return put(this.#doubts, JSON.stringify([rule, why]), { rule, why }, call);
      }
      case "decided": {
        const { before, after } = verdict;
        if (before.effect === after.effect) {
          this.same += 1;
          if (before.rule !== after.rule) this.otherRule += 1;
          return;
        }
        this.changed += 1;
        return put(this.#changes, JSON.stringify([before, after]), { before, after }, call);
      }
      default:
        return verdict satisfies never;
    }
  }

  /** Most frequent first. */
  changes(): readonly Change[] {
    return [...this.#changes.values()].toSorted((one, two) => two.count - one.count);
  }

  doubts(): readonly Doubt[] {
    return [...this.#doubts.values()].toSorted((one, two) => two.count - one.count);
  }
}

function put<T extends object>(groups: Map<string, T & Group>, key: string, facts: T, call: ReplayedCall): void {
  const group = groups.get(key) ?? { ...facts, count: 0, examples: [] };
  if (!groups.has(key) && groups.size >= mostGroups) return;
  groups.set(key, group);
  group.count += 1;
  group.examples.push(call);
  if (group.examples.length > mostExamples) group.examples.shift();
}
