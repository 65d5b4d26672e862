import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ConsoleState } from "../../shared/console.ts";
import type { HistoryFilter } from "../../shared/history.ts";
import { createStore, type Store } from "../store.ts";
import { asSent, dayBegan, ownNews, unread, withNewest, type Past } from "./past.ts";

type Reader = Pick<ConsoleBridge, "history" | "historyFigures" | "historyItem">;

/** A search waits until the typing rests. */
const restMs = 250;
/** What comes through the stream comes in bursts: it is read once they rest. */
const settleMs = 400;
/** A search that finds little is taken on by itself so far; then it waits to be asked for more. */
const enough = 50;
const mostTries = 20;

/** Reads one's own history while its page is looked at: page by page, anew where something of one's own changed. */
export class History {
  readonly #past = createStore<Past>(unread("decision"));
  readonly past: Store<Past> = this.#past;
  readonly #bridge: Reader;
  /** The newest question: an answer to any other comes too late. */
  #question = 0;
  #isVisited = false;
  #isOnline = false;
  #offsetMs = 0;
  #who: string | null = null;
  #news = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bridge: Reader) {
    this.#bridge = bridge;
  }

  /** The page is looked at, until the returned function is called. */
  readonly visit = (): (() => void) => {
    this.#isVisited = true;
    this.#refresh();
    return () => {
      this.#isVisited = false;
      clearTimeout(this.#timer);
    };
  };

  /** Another question: what was found stays until its answer comes, but for another kind's. */
  readonly seek = (wanted: Partial<HistoryFilter>): void => {
    const { filter } = this.#past.get();
    const next = { ...filter, ...wanted };
    this.#question += 1;
    if (next.kind === filter.kind) this.#change({ filter: next });
    else this.#past.set({ ...unread(next.kind), filter: next });
    this.#soon(this.again, wanted.search === undefined ? 0 : restMs);
  };

  /** From the newest on, and no further than one page. */
  readonly again = (): void => {
    if (!this.#isVisited) return;
    this.#change({ at: "reading" });
    void this.#readOn(null, []);
    this.#readBeside();
  };

  readonly older = (): void => {
    const { next, lines, at } = this.#past.get();
    if (next === null || at !== "read") return;
    this.#change({ at: "reading older" });
    void this.#readOn(next, lines);
  };

  readonly choose = (id: string, isOpen: boolean): void => {
    const isSame = this.#past.get().chosen?.id === id;
    this.#change({ chosen: { id, isOpen } });
    if (!isSame) void this.#readDetail(id);
  };

  readonly back = (): void => {
    const { chosen } = this.#past.get();
    if (chosen) this.#change({ chosen: { ...chosen, isOpen: false } });
  };

  /** Another person's history is none of the next one's: with the account everything read is forgotten. */
  readonly follow = (state: ConsoleState): void => {
    const { who, news } = ownNews(state);
    const isBack = !this.#isOnline && state.gateway.link === "online";
    const isNews = news !== this.#news;
    this.#isOnline = state.gateway.link === "online";
    this.#offsetMs = state.gateway.clockOffsetMs;
    this.#news = news;
    if (who !== this.#who) {
      this.#question += 1;
      this.#past.set(unread("decision"));
    }
    const isOther = who !== this.#who;
    this.#who = who;
    if (this.#isOnline && (isBack || isNews || isOther)) this.#soon(this.#refresh, settleMs);
  };

  /** Reads the newest page, and keeps what was read of older ones. */
  readonly #refresh = (): void => {
    if (this.#past.get().lines.length === 0) return this.again();
    if (this.#isVisited) void this.#readNewest();
    return this.#readBeside();
  };

  async #readNewest(): Promise<void> {
    const mine = ++this.#question;
    const answer = await this.#bridge.history(asSent(this.#past.get().filter));
    if (mine !== this.#question) return;
    if (!answer.ok) this.#change({ at: "failed", error: answer.error });
    else this.#change({ ...withNewest(this.#past.get(), answer.value), at: "read", error: null });
  }

  /** Reads on from a place until there is enough to show, or nothing older. */
  async #readOn(after: string | null, kept: Past["lines"]): Promise<void> {
    const mine = ++this.#question;
    let next = after;
    let lines = kept;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const asked = { ...asSent(this.#past.get().filter), ...(next === null ? {} : { after: next }) };
      const answer = await this.#bridge.history(asked);
      if (mine !== this.#question) return;
      if (!answer.ok) return this.#change({ at: "failed", error: answer.error });
      lines = [...lines, ...answer.value.lines];
      next = answer.value.next;
      if (next === null || lines.length - kept.length >= enough) break;
    }
    this.#change({ lines, next, at: "read", error: null });
  }

  /** The figures, and the chosen one as it stands now. */
  #readBeside(): void {
    if (!this.#isVisited) return;
    void this.#readFigures();
    const { chosen } = this.#past.get();
    if (chosen) void this.#readDetail(chosen.id);
  }

  async #readFigures(): Promise<void> {
    const { kind } = this.#past.get().filter;
    const who = this.#who;
    const answer = await this.#bridge.historyFigures({ kind, today: dayBegan(this.#offsetMs) });
    if (answer.ok && this.#who === who && this.#past.get().filter.kind === kind)
      this.#change({ figures: answer.value });
  }

  async #readDetail(id: string): Promise<void> {
    const answer = await this.#bridge.historyItem({ id });
    if (this.#past.get().chosen?.id !== id) return;
    this.#change({ detail: { id, got: answer.ok ? answer.value : answer.error } });
  }

  #soon(read: () => void, ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isVisited) this.#timer = setTimeout(read, ms);
  }

  #change(part: Partial<Past>): void {
    this.#past.set({ ...this.#past.get(), ...part });
  }
}
