import type { EntryReader, RetainedEntry } from "./entries.ts";

/** What is asked of each entry whose time is over. */
export interface Judge {
  /** The name of the rule, of this length of time, under which the entry goes; null where it stays. */
  ruleOf(entry: RetainedEntry): string | null;
  /** Something rests on it now: it is looked at again. */
  isInForce(entry: RetainedEntry): boolean;
}

/** An entry whose time is over. */
export interface DueEntry {
  readonly seq: number;
  readonly rule: string;
}

interface Waiting {
  readonly entry: RetainedEntry;
  readonly rule: string;
}

/** What calls refer to instead of saying it: recorded anew after each start. */
const referred: ReadonlySet<string> = new Set(["principal.seen", "tool.declared"]);

/**
 * Finds the entries that are older than one length of time, in the ledger's order; each is looked at once. Three kinds wait: a request, until its answer is as
 * old, as it alone says whose that is; what calls refer to, until the start of a later run of the gateway is as old, as any call before that
 * may refer to it; and what something still rests on.
 */
export class DueEntries {
  readonly #keepMs: number;
  readonly #reader: EntryReader;
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();
  /** Waiting requests, by their call. */
  readonly #requests = new Map<string, number>();
  /** The number of the last start that is old enough. */
  #started = -1;

  constructor(keepMs: number, reader: EntryReader) {
    this.#keepMs = keepMs;
    this.#reader = reader;
  }

  /** The next slice: what is due, and whether more is to be looked at now. */
  next(judge: Judge, nowMs: number): { readonly due: readonly DueEntry[]; readonly more: boolean } {
    const untilMs = nowMs - this.#keepMs;
    const entries = this.#reader.from(this.#next);
    // A clock that was ahead once must not stop all that came after.
    const end = entries.findIndex(({ atMs }) => atMs > untilMs && atMs <= nowMs);
    for (const entry of end < 0 ? entries : entries.slice(0, end)) {
      this.#next = entry.seq + 1;
      this.#look(entry, judge);
    }
    const more = end < 0 && entries.length > 0;
    return { due: this.#released(judge, untilMs), more };
  }

  #look(entry: RetainedEntry, judge: Judge): void {
    const { seq, kind, call } = entry;
    if (kind === "gateway.started") this.#started = seq;
    if (kind === "call.response" && call !== null) this.#requests.delete(call);
    if (entry.isErased) return;
    const rule = judge.ruleOf(entry);
    if (rule === null) return;
    this.#waiting.set(seq, { entry, rule });
    // Where answers are kept less long they have gone before.
    const isTogether = kind === "call.request" && judge.ruleOf({ ...entry, kind: "call.response" }) !== null;
    if (isTogether && call !== null) this.#requests.set(call, seq);
  }

  #released(judge: Judge, untilMs: number): readonly DueEntry[] {
    const due: DueEntry[] = [];
    for (const [seq, { entry, rule }] of this.#waiting) {
      if (this.#waits(entry, untilMs)) continue;
      // A hold may have come meanwhile.
      const isWanted = judge.ruleOf(entry) !== null;
      if (isWanted && judge.isInForce(entry)) continue;
      this.#waiting.delete(seq);
      if (!isWanted) continue;
      if (entry.call !== null && this.#requests.get(entry.call) === seq) this.#requests.delete(entry.call);
      due.push({ seq, rule });
    }
    return due.toSorted((one, other) => one.seq - other.seq);
  }

  #waits({ seq, kind, call, atMs }: RetainedEntry, untilMs: number): boolean {
    if (atMs > untilMs) return true;
    const isReferred = referred.has(kind) || (call !== null && this.#requests.get(call) === seq);
    return isReferred && seq > this.#started;
  }
}
