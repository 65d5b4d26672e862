import type { ApprovalView } from "../../shared/approval.ts";
import { waitsForReader } from "../../shared/approval-steps.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { matching, type InboxFilter } from "./filter.ts";

interface Order {
  /** Every pending request but the reader's own, soonest expiry first. */
  readonly pending: readonly ApprovalView[];
  readonly waiting: readonly ApprovalView[];
}

/** What a list is drawn from besides the state; `held`: the ids in the order that stays while the pointer is over them. */
interface Wanted {
  readonly filter: InboxFilter;
  readonly held: readonly string[] | null;
}

type Approvals = ConsoleState["approvals"];

/** Sorted once for each list that the owner told, however many ask: there may be thousands, and every key press asks. */
const orders = new WeakMap<Approvals, Order>();
const lists = new WeakMap<Approvals, Wanted & { readonly list: readonly ApprovalView[] }>();

/** What waits for this person, soonest expiry first. */
export function waitingFor(state: ConsoleState): readonly ApprovalView[] {
  return orderOf(state).waiting;
}

/** All that is pending and may be seen, but for one's own; soonest expiry first. */
export function pendingFor(state: ConsoleState): readonly ApprovalView[] {
  return orderOf(state).pending;
}

/** What the list shows: in the held order, with what has ended meanwhile in its place and what is new at the end, or soonest expiry first. */
export function listed(state: ConsoleState, { filter, held }: Wanted): readonly ApprovalView[] {
  const last = lists.get(state.approvals);
  if (last?.filter === filter && last.held === held) return last.list;
  const found = matching(pendingFor(state), filter);
  const list = held === null ? found : inOrder(state, found, held);
  lists.set(state.approvals, { filter, held, list });
  return list;
}

function inOrder(state: ConsoleState, found: readonly ApprovalView[], held: readonly string[]) {
  const known = new Map(state.approvals.map((approval) => [approval.id, approval]));
  const before = new Set(held);
  return [...held.flatMap((id) => known.get(id) ?? []), ...found.filter(({ id }) => !before.has(id))];
}

function orderOf({ approvals }: ConsoleState): Order {
  const known = orders.get(approvals);
  if (known) return known;
  const pending = approvals
    .filter((approval) => approval.state === "pending" && approval.relation !== "requester")
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs || a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  const order = { pending, waiting: pending.filter(waitsForReader) };
  orders.set(approvals, order);
  return order;
}
