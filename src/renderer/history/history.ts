import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { Failure } from "../../shared/errors.ts";
import type { HistoryDetail, HistoryFigures, HistoryFilter, HistoryPage } from "../../shared/history.ts";
import { createStore, type Store } from "../store.ts";

export type HistoryEntry = HistoryPage["lines"][number];

/** What the history page shows. `lines` stay while others are asked for; an answer to an older question changes nothing. */
export interface Past {
  readonly filter: HistoryFilter;
  readonly lines: readonly HistoryEntry[];
  readonly next: string | null;
  readonly figures: HistoryFigures | null;
  readonly at: "unread" | "reading" | "reading older" | "read" | "failed";
  readonly error: Failure | null;
  readonly chosen: { readonly id: string; readonly isOpen: boolean } | null;
  /** The chosen one whole, once it has come, or why it did not. */
  readonly detail: { readonly id: string; readonly got: HistoryDetail | Failure } | null;
}

export interface History {
  readonly past: Store<Past>;
  /** The page is looked at: reads what was not read yet, and from then on what is new. */
  readonly visit: () => () => void;
  /** Another question: read anew, a search only once the typing rests. */
  readonly seek: (change: Partial<HistoryFilter>) => void;
  readonly again: () => void;
  readonly older: () => void;
  readonly choose: (id: string, isOpen: boolean) => void;
  readonly back: () => void;
  readonly follow: (state: ConsoleState) => void;
}

type Reader = Pick<ConsoleBridge, "history" | "historyFigures" | "historyItem">;

const restMs = 250;
/** What comes through the stream comes in bursts: it is read once they rest. */
const settleMs = 400;
/** A search that finds little is taken on by itself so far; then it waits to be asked for more. */
const enough = 50;
const mostTries = 20;

export function createHistory(bridge: Reader): History {
  const past = createStore<Past>({
    filter: { kind: "decision" },
    lines: [],
    next: null,
    figures: null,
    at: "unread",
    error: null,
    chosen: null,
    detail: null,
  });
  const change = (part: Partial<Past>) => past.set({ ...past.get(), ...part });
  let question = 0;
  let isVisited = false;
  let isOnline = false;
  let offsetMs = 0;
  let seen = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads on from `after` until there is enough to show, or nothing older; false where another question came meanwhile. */
  const readFrom = async (after: string | null, kept: readonly HistoryEntry[]) => {
    const mine = ++question;
    let next = after;
    let lines = kept;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const asked = { ...asSent(past.get().filter), ...(next === null ? {} : { after: next }) };
      const answer = await bridge.history(asked);
      if (mine !== question) return;
      if (!answer.ok) return change({ at: "failed", error: answer.error });
      lines = [...lines, ...answer.value.lines];
      next = answer.value.next;
      if (next === null || lines.length - kept.length >= enough) break;
    }
    change({ lines, next, at: "read", error: null });
  };
  const readFigures = async () => {
    const { kind } = past.get().filter;
    const answer = await bridge.historyFigures({ kind, today: dayBegan(offsetMs) });
    if (answer.ok && past.get().filter.kind === kind) change({ figures: answer.value });
  };
  const readDetail = async (id: string) => {
    const answer = await bridge.historyItem({ id });
    if (past.get().chosen?.id === id) change({ detail: { id, got: answer.ok ? answer.value : answer.error } });
  };
  const read = () => {
    if (!isVisited) return;
    change({ at: "reading" });
    void readFrom(null, []);
    void readFigures();
    const { chosen } = past.get();
    if (chosen) void readDetail(chosen.id);
  };
  const readAfter = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(read, ms);
  };

  return {
    past,
    visit() {
      isVisited = true;
      read();
      return () => {
        isVisited = false;
        clearTimeout(timer);
      };
    },
    seek(wanted) {
      const { filter } = past.get();
      const isOther = wanted.kind !== undefined && wanted.kind !== filter.kind;
      question += 1;
      const next = { ...filter, ...wanted };
      change(
        isOther
          ? { filter: next, lines: [], next: null, figures: null, chosen: null, detail: null, at: "reading" }
          : { filter: next },
      );
      readAfter(wanted.search === undefined ? 0 : restMs);
    },
    again: read,
    older() {
      const { next, lines, at } = past.get();
      if (next === null || at !== "read") return;
      change({ at: "reading older" });
      void readFrom(next, lines);
    },
    choose(id, isOpen) {
      const isSame = past.get().chosen?.id === id;
      change({ chosen: { id, isOpen } });
      if (!isSame) void readDetail(id);
    },
    back() {
      const { chosen } = past.get();
      if (chosen) change({ chosen: { ...chosen, isOpen: false } });
    },
    follow(state) {
      offsetMs = state.gateway.clockOffsetMs;
      const wasOnline = isOnline;
      isOnline = state.gateway.link === "online";
      const newest = state.approvals.reduce((highest, { revision }) => Math.max(highest, revision), 0);
      const isNews = newest !== seen;
      seen = newest;
      if (isVisited && isOnline && (!wasOnline || isNews)) readAfter(settleMs);
    },
  };
}

/** Without what is not asked for: an empty search is none. */
function asSent({ kind, search, verdict, risk }: HistoryFilter): HistoryFilter {
  const words = search?.trim() ?? "";
  return {
    kind,
    ...(words === "" ? {} : { search: words }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(risk === undefined ? {} : { risk }),
  };
}

/** When this computer's day began, by the gateway's clock. */
function dayBegan(offsetMs: number): number {
  return Math.max(0, Math.round(new Date().setHours(0, 0, 0, 0) + offsetMs));
}
