import { createContext, use } from "react";
import type { ConsoleBridge } from "../shared/bridge.ts";
import type { ConsoleState, PageName, PagePart } from "../shared/console.ts";
import { personOf } from "../shared/signed-in.ts";
import { createAnnouncer, type Announcer } from "./announcer.ts";
import type { LinkedBridge } from "./bridge.ts";
import { createDecisions, type Decisions } from "./decisions.ts";
import { History } from "./history/history.ts";
import { ActivityReading } from "./activity/activity-reading.ts";
import { LedgerSearch } from "./search/ledger-search.ts";
import { Replays } from "./sessions/replays.ts";
import type { OwnChoice } from "./requests/own-choice.ts";
import { createSelection, ownRequests, type Selection } from "./selection.ts";
import { createStore, type Store, type WritableStore } from "./store.ts";
import { createClock } from "./times.ts";
import { newsOf, newsOfDeciding } from "./told.ts";
import { words } from "./words.ts";

/** What is known: nothing yet, the owner's last state and whether it still speaks, or that it never will again. */
export type View =
  | { readonly at: "waiting" }
  | { readonly at: "live"; readonly state: ConsoleState; readonly isLinked: boolean; readonly lastAtMs: number }
  | { readonly at: "ended" };

export type Page = PageName;

/** The console as its components see it. What it keeps beside the owner's state is only what is being done on this page. */
export interface Model {
  readonly bridge: ConsoleBridge;
  readonly view: Store<View>;
  readonly clock: Store<number>;
  readonly page: WritableStore<Page>;
  /** The part of a page that was asked for and has not been brought into view yet. */
  readonly part: WritableStore<PagePart | null>;
  /** The address of a gateway that a link proposed, until one is added. */
  readonly linkedGateway: WritableStore<string | null>;
  readonly selection: Selection;
  /** Which of one's own requests is shown. */
  readonly own: WritableStore<OwnChoice>;
  readonly history: History;
  readonly search: LedgerSearch;
  readonly activity: ActivityReading;
  readonly replays: Replays;
  readonly decisions: Decisions;
  /** Reasons being written, by approval. */
  readonly reasons: WritableStore<ReadonlyMap<string, string>>;
  readonly announcer: Announcer;
  /** The keys that worked when all keys were asked for, while they are shown. */
  readonly help: WritableStore<ReadonlySet<string> | null>;
}

export function createModel(bridge: LinkedBridge): Model {
  const view = createStore<View>({ at: "waiting" });
  const page = createStore<Page>("inbox");
  const part = createStore<PagePart | null>(null);
  const linkedGateway = createStore<string | null>(null);
  const selection = createSelection();
  const own = createStore<OwnChoice>({ id: null, isOpen: false });
  const history = new History(bridge);
  const search = new LedgerSearch(bridge);
  const activity = new ActivityReading(bridge);
  const replays = new Replays(bridge);
  const decisions = createDecisions(bridge);
  const announcer = createAnnouncer();
  const reasons = createStore<ReadonlyMap<string, string>>(new Map());
  let known: ConsoleState | null = null;
  let person: string | null = null;
  let under = decisions.all.get();

  /** What one person began here is not for the next to go on with, or to sign. */
  const beSomebody = (who: string | null | undefined) => {
    if (who === undefined || who === person) return;
    const isFirst = person === null;
    person = who;
    // What is to be shown may be asked for before it is known who is there.
    if (isFirst) return;
    selection.forget();
    own.set({ id: null, isOpen: false });
    reasons.set(new Map());
    decisions.together.dismiss();
    announcer.hush();
  };

  bridge.onState((state) => {
    const before = known;
    beSomebody(personOf(state));
    known = state;
    if (before !== null) newsOf(before, state, selection.chosen.get().id).forEach(announcer.say);
    if (before?.approvals !== state.approvals) {
      selection.follow(state);
    }
    // What is on its way changes without any approval: nothing is recorded yet.
    decisions.follow(state);
    history.follow(state);
    search.follow(state);
    activity.follow(state);
    replays.follow(state);
    if (view.get().at !== "ended") view.set({ at: "live", state, isLinked: true, lastAtMs: Date.now() });
  });
  bridge.onLink((link) => {
    const now = view.get();
    if (link === "ended") {
      decisions.leave();
      view.set({ at: "ended" });
    } else if (now.at === "live") {
      const isLinked = link === "open";
      if (now.isLinked !== isLinked) announcer.say(isLinked ? words.told.back : words.told.lost);
      view.set({ ...now, isLinked });
    }
  });
  decisions.all.subscribe(() => {
    const before = under;
    under = decisions.all.get();
    newsOfDeciding(before, under).forEach(announcer.say);
  });
  bridge.onShow(({ approval, page: asked, part: within, gateway, moment }) => {
    const now = view.get();
    if (gateway !== undefined) linkedGateway.set(gateway);
    part.set(within ?? null);
    if (moment !== undefined) replays.show(moment.session, moment.entry);
    if (approval === null && asked !== undefined) return page.set(asked);
    const isOwn = now.at === "live" && ownRequests(now.state).some(({ id }) => id === approval);
    page.set(isOwn ? "requests" : "inbox");
    if (isOwn) own.set({ id: approval, isOpen: true });
    else if (approval !== null) selection.open(approval);
    return undefined;
  });
  const clock = createClock();
  return {
    bridge,
    view,
    clock,
    page,
    part,
    linkedGateway,
    selection,
    own,
    history,
    search,
    activity,
    replays,
    decisions,
    reasons,
    announcer,
    help: createStore<ReadonlySet<string> | null>(null),
  };
}

export const ModelContext = createContext<Model | null>(null);

export function useModel(): Model {
  const model = use(ModelContext);
  if (model === null) throw new Error("no console around this component");
  return model;
}
