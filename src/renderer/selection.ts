import type { ApprovalView } from "../shared/approval.ts";
import { waitsForReader } from "../shared/approval-steps.ts";
import type { ConsoleState } from "../shared/console.ts";
import { createStore, type Store } from "./store.ts";

interface Chosen {
  /** The request in the right pane, whatever became of it. */
  readonly id: string | null;
  /** Whether a narrow window shows it instead of the list. */
  readonly isOpen: boolean;
  readonly query: string;
}

export interface Selection {
  readonly chosen: Store<Chosen>;
  choose(id: string): void;
  open(id: string): void;
  readonly back: () => void;
  search(query: string): void;
  /** By so many places in the list as it is shown; from a request that has left the list, to its first. */
  move(state: ConsoleState, by: 1 | -1): void;
  /** Keeps the selected request while it is known; a new one never takes its place. */
  follow(state: ConsoleState): void;
}

/** What waits for this person, soonest expiry first. */
export function waitingFor(state: ConsoleState): readonly ApprovalView[] {
  return state.approvals
    .filter(waitsForReader)
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs || a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
}

/** One's own held calls, newest first. */
export function ownRequests(state: ConsoleState): readonly ApprovalView[] {
  return state.approvals
    .filter((approval) => approval.relation === "requester")
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
}

/** Those of them whose tool, person or connection holds the query. */
export function matching(approvals: readonly ApprovalView[], query: string): readonly ApprovalView[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return approvals;
  return approvals.filter(({ tool, connection, requester }) =>
    [tool, connection, requester.name].some((text) => text.toLowerCase().includes(wanted)),
  );
}

export function createSelection(): Selection {
  const chosen = createStore<Chosen>({ id: null, isOpen: false, query: "" });
  const change = (part: Partial<Chosen>) => chosen.set({ ...chosen.get(), ...part });
  return {
    chosen,
    choose: (id) => change({ id }),
    open: (id) => change({ id, isOpen: true }),
    back: () => change({ isOpen: false }),
    search: (query) => change({ query }),
    move(state, by) {
      const list = matching(waitingFor(state), chosen.get().query);
      const at = list.findIndex(({ id }) => id === chosen.get().id);
      const next = at < 0 ? list[0] : list[at + by];
      if (next) change({ id: next.id });
    },
    follow(state) {
      const isKnown = state.approvals.some(({ id, relation }) => id === chosen.get().id && relation !== "requester");
      if (!isKnown) change({ id: waitingFor(state)[0]?.id ?? null, isOpen: false });
    },
  };
}
