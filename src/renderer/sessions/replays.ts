import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { wordsOfMoment } from "../../shared/session-words.ts";
import type { Failure } from "../../shared/errors.ts";
import { personOf } from "../../shared/signed-in.ts";
import { createStore, type Store } from "../store.ts";
import { queryOf, replayOf, unlisted, type Listed, type Replay, type Wanted } from "./replayed.ts";

type Reader = Pick<ConsoleBridge, "mcpSessions" | "mcpSession">;

const pageSessions = 50;
const partMoments = 500;
/** So much of a session is read by itself; more is asked for. */
const mostAtOnce = 5000;
/** While it plays, nothing that happened is waited for longer than this. */
const mostIdleMs = 2000;
const leastMs = 150;

/** MCP clients' sessions for an auditor: which there were, and one of them moment by moment. */
export class Replays {
  readonly #listed = createStore<Listed>(unlisted);
  readonly #replay = createStore<Replay | null>(null);
  readonly listed: Store<Listed> = this.#listed;
  readonly replay: Store<Replay | null> = this.#replay;
  readonly #bridge: Reader;
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #who: string | null = null;
  /** Whether it is known who is there, and what a link asked for until then. */
  #isKnown = false;
  #linked: { readonly id: string; readonly entry: number } | null = null;

  constructor(bridge: Reader) {
    this.#bridge = bridge;
  }

  /** Looks for sessions, from the newest on. */
  readonly look = (wanted: Partial<Wanted> = {}): void => {
    const listed = this.#listed.get();
    this.#list({ wanted: { ...listed.wanted, ...wanted }, at: "reading", error: null });
    void this.#readList(null);
  };

  readonly older = (): void => {
    const { next, at } = this.#listed.get();
    if (next === null || at !== "read") return;
    this.#list({ at: "reading older" });
    void this.#readList(next);
  };

  /** Opens a session, at this entry of the ledger where one is named. */
  readonly open = (id: string, entry: number | null = null): void => {
    const known = this.#replay.get();
    if (known?.id === id && known.at !== "failed") {
      this.#change({ isOpen: true, wanted: entry });
      return this.#arrive();
    }
    this.pause();
    this.#replay.set(replayOf(id, entry));
    void this.#readOn();
  };

  /** Opens the session that this entry belongs to, at the entry. */
  readonly openEntry = (entry: number): void => {
    this.pause();
    this.#replay.set(replayOf("", entry));
    void this.#elsewhere(replayOf("", entry), { code: "not_found", message: "" });
  };

  /** What a link names, for an auditor; it may come before it is known who is there. */
  readonly show = (id: string, entry: number): void => {
    if (!this.#isKnown) this.#linked = { id, entry };
    else if (this.#who !== null) this.open(id, entry);
  };

  readonly back = (): void => this.#change({ isOpen: false });

  /** Reads what comes after the last moment. */
  readonly readOn = (): void => {
    const { id, wanted } = this.#replay.get() ?? replayOf("", null);
    if (id === "" && wanted !== null) return this.openEntry(wanted);
    this.#change({ at: "reading" });
    void this.#readOn();
  };

  /** Shows the moment of this place; whoever chooses has stopped playing. */
  readonly go = (place: number): void => {
    this.pause();
    this.#go(place);
  };

  readonly step = (by: number): void => this.go((this.#replay.get()?.place ?? 0) + by);

  /** The next moment of this kind, or none. */
  readonly nextOf = (tone: "hold" | "denial" | "failure"): number => {
    const { moments, place } = this.#replay.get() ?? { moments: [], place: 0 };
    return moments.findIndex(({ kind, facts }, at) => at > place && wordsOfMoment(kind, facts, null).tone === tone);
  };

  readonly play = (): void => {
    const replay = this.#replay.get();
    if (replay === null) return;
    if (replay.place >= replay.moments.length - 1) this.#go(0);
    this.#change({ isPlaying: true });
    this.#tick();
  };

  readonly pause = (): void => {
    clearTimeout(this.#timer);
    if (this.#replay.get()?.isPlaying === true) this.#change({ isPlaying: false });
  };

  readonly atSpeed = (speed: number): void => this.#change({ speed });

  /** Keeps this call beside the next one that is chosen; null ends that. */
  readonly compare = (call: string | null): void => this.#change({ beside: call });

  /** What one auditor looked at is not the next person's. */
  readonly follow = (state: ConsoleState): void => {
    const person = personOf(state);
    if (person === undefined) return;
    const who = state.roles.includes("auditor") ? person : null;
    if (who !== this.#who && this.#who !== null) this.#forget();
    this.#who = who;
    this.#isKnown = true;
    const linked = this.#linked;
    this.#linked = null;
    if (linked !== null) this.show(linked.id, linked.entry);
  };

  #forget(): void {
    this.pause();
    this.#question += 1;
    this.#listed.set(unlisted);
    this.#replay.set(null);
  }

  async #readList(before: number | null): Promise<void> {
    const mine = ++this.#question;
    const { wanted } = this.#listed.get();
    const answer = await this.#bridge.mcpSessions({ ...queryOf(wanted), before, limit: pageSessions });
    if (mine !== this.#question) return;
    if (!answer.ok) return this.#list({ at: "failed", error: answer.error });
    const { sessions, ...rest } = answer.value;
    const kept = before === null ? [] : this.#listed.get().sessions;
    this.#list({ ...rest, sessions: [...kept, ...sessions], at: "read" });
  }

  async #readOn(): Promise<void> {
    const { id, moments: kept } = this.#replay.get() ?? { id: "", moments: [] };
    for (let after = kept.at(-1)?.entry ?? null; ;) {
      const answer = await this.#bridge.mcpSession({ id, after, limit: partMoments });
      const now = this.#replay.get();
      if (now?.id !== id) return;
      if (!answer.ok) return now.wanted === null ? this.#failed(answer.error) : this.#elsewhere(now, answer.error);
      const { session, moments, next, names } = answer.value;
      const all = [...now.moments, ...moments];
      const isEnough = next === null || all.length - kept.length >= mostAtOnce;
      this.#change({
        session,
        moments: all,
        names: { ...now.names, ...names },
        next,
        at: isEnough ? "read" : "reading",
      });
      this.#arrive();
      if (isEnough) return;
      after = next;
    }
  }

  #failed(error: Failure): void {
    this.#change({ at: "failed", error });
  }

  /** Where what began a session was erased it has another id by now: its entry leads to it. */
  async #elsewhere({ id, wanted }: Replay, error: Failure): Promise<void> {
    if (wanted === null || error.code !== "not_found") return this.#failed(error);
    const answer = await this.#bridge.mcpSessions({ entry: wanted, before: null, limit: 1 });
    if (this.#replay.get()?.id !== id) return;
    const [found] = answer.ok ? answer.value.sessions : [];
    if (found === undefined || found.id === id) return this.#failed(error);
    this.open(found.id, wanted);
  }

  /** Shows the entry that was asked for, once it is there. */
  #arrive(): void {
    const { wanted, moments } = this.#replay.get() ?? { wanted: null, moments: [] };
    const place = wanted === null ? -1 : moments.findIndex(({ entry }) => entry === wanted);
    if (place < 0) return;
    this.#change({ wanted: null });
    this.go(place);
  }

  #go(place: number): void {
    const replay = this.#replay.get();
    if (replay === null) return;
    const within = Math.max(0, Math.min(replay.moments.length - 1, place));
    if (within !== replay.place) this.#change({ place: within });
  }

  #tick(): void {
    const { moments, place, speed } = this.#replay.get() ?? replayOf("", null);
    const [now, then] = [moments[place], moments[place + 1]];
    if (now === undefined || then === undefined) return this.pause();
    const passedMs = Math.min(mostIdleMs, Math.max(0, then.atMs - now.atMs));
    this.#timer = setTimeout(
      () => {
        this.#go(place + 1);
        this.#tick();
      },
      leastMs + passedMs / speed,
    );
  }

  #list(part: Partial<Listed>): void {
    this.#listed.set({ ...this.#listed.get(), ...part });
  }

  #change(part: Partial<Replay>): void {
    const replay = this.#replay.get();
    if (replay !== null) this.#replay.set({ ...replay, ...part });
  }
}
