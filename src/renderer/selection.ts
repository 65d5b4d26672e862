import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { noFilter, type InboxFilter } from "./inbox/filter.ts";
import { listed, waitingFor } from "./inbox/listed.ts";
import { createStore, type Store } from "./store.ts";

interface Chosen {
  /** The request in the right pane, whatever became of it. */
  readonly id: string | null;
  /** Whether a narrow window shows it instead of the list. */
  readonly isOpen: boolean;
  readonly filter: InboxFilter;
  /** The order that the list keeps while the pointer is over it; null: soonest expiry first. */
  readonly held: readonly string[] | null;
}

export interface Selection {
  readonly chosen: Store<Chosen>;
  choose(id: string): void;
  open(id: string): void;
  readonly back: () => void;
  seek(wanted: Partial<InboxFilter>): void;
  /** By so many places in the list as it is shown, to its ends at most; from a request that has left the list to the one at `place`, so that none is passed over. */
  move(state: ConsoleState, by: number, place?: number): void;
  /** Whether the request in the right pane took another’s place by itself a moment ago: what is pressed now was meant for that one. */
  hasSlipped(): boolean;
  /** Nothing moves in the list until it is released. */
  hold(state: ConsoleState): void;
  release(): void;
  /** Keeps the selected request while it is known; a new one never takes its place. */
  follow(state: ConsoleState): void;
  /** Nothing is chosen and nothing looked for. */
  forget(): void;
}

const own = new WeakMap<ConsoleState["approvals"], readonly ApprovalView[]>();

/** One's own held calls, newest first; the same list for as long as nothing about the approvals changes. */
export function ownRequests({ approvals }: ConsoleState): readonly ApprovalView[] {
  const known = own.get(approvals);
  if (known !== undefined) return known;
  const requests = approvals
    .filter((approval) => approval.relation === "requester")
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
  own.set(approvals, requests);
  return requests;
}

const nothing: Chosen = { id: null, isOpen: false, filter: noFilter, held: null };

/** So long a hand may take to see that another request, or another button, stands where it was about to decide. Milliseconds. */
export const slipMs = 1000;

export function createSelection(): Selection {
  const chosen = createStore<Chosen>(nothing);
  const change = (part: Partial<Chosen>) => chosen.set({ ...chosen.get(), ...part });
  let slippedAtMs = 0;
  /** Whoever points at a request knows which one they chose; a key that moves on may have been meant for the one before. */
  const pick = (part: Partial<Chosen>) => {
    slippedAtMs = 0;
    change(part);
  };
  return {
    chosen,
    hasSlipped: () => Date.now() - slippedAtMs < slipMs,
    choose: (id) => pick({ id }),
    open: (id) => pick({ id, isOpen: true }),
    back: () => change({ isOpen: false }),
    seek: (wanted) => change({ filter: { ...chosen.get().filter, ...wanted }, held: null }),
    move(state, by, place = 0) {
      const list = listed(state, chosen.get());
      const at = list.findIndex(({ id }) => id === chosen.get().id);
      const next = at < 0 ? list[place] : list[Math.max(0, Math.min(list.length - 1, at + by))];
      if (next) change({ id: next.id });
    },
    hold(state) {
      if (chosen.get().held === null) change({ held: listed(state, chosen.get()).map(({ id }) => id) });
    },
    release() {
      if (chosen.get().held !== null) change({ held: null });
    },
    forget: () => chosen.set(nothing),
    follow(state) {
      const isKnown = state.approvals.some(({ id, relation }) => id === chosen.get().id && relation !== "requester");
      if (isKnown) return;
      // Where none was shown there was nothing that a press could have been meant for.
      if (chosen.get().id !== null) slippedAtMs = Date.now();
      change({ id: waitingFor(state)[0]?.id ?? null, isOpen: false });
    },
  };
}
