import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { Result } from "../shared/errors.ts";
import { statePush, type ApprovalChanges, type StateChange, type WholeState } from "../shared/state-push.ts";

interface Following {
  /** Asks the owner for the whole state. */
  readonly ask: () => Promise<Result<WholeState>>;
  /** The state as it is now. What a push did not name is the very same object as before, so that nothing is drawn anew for it. */
  readonly tell: (state: ConsoleState) => void;
  /** What came cannot be read: the state before it must not pass for today's. */
  readonly fail: () => void;
  /** The owner did not answer: what is known cannot be mended over this link. */
  readonly lose: () => void;
}

/** Puts the owner's pushes together. One that does not follow on the last is not guessed at: the whole state is asked for. */
export class FollowedState {
  readonly #following: Following;
  #known: { readonly revision: number; readonly state: ConsoleState } | null = null;
  #isAsking = false;
  /** The newest revision that was heard of. */
  #newest = 0;

  constructor(following: Following) {
    this.#following = following;
  }

  /** Takes a push as it came over the wire. */
  take(raw: unknown): void {
    const push = statePush.safeParse(raw);
    if (!push.success) return this.#following.fail();
    if (push.data.kind === "whole") return this.#begin(push.data);
    return this.#follow(push.data);
  }

  /** A whole state that is told and not asked for begins a new count. */
  #begin(whole: WholeState): void {
    this.#newest = whole.revision;
    this.#set(whole);
  }

  #follow(change: StateChange): void {
    this.#newest = Math.max(this.#newest, change.revision);
    const known = this.#known;
    if (known !== null && change.revision <= known.revision) return;
    if (known === null || change.revision > known.revision + 1) return void this.#mend();
    this.#set({ revision: change.revision, state: changed(known.state, change) });
  }

  /** Until the whole state is there, and as long as it is behind what was heard of meanwhile. */
  async #mend(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const answer = await this.#following.ask();
    this.#isAsking = false;
    if (!answer.ok) return this.#following.lose();
    if (answer.value.revision >= (this.#known?.revision ?? 0)) this.#set(answer.value);
    if ((this.#known?.revision ?? 0) < this.#newest) await this.#mend();
  }

  #set({ revision, state }: { readonly revision: number; readonly state: ConsoleState }): void {
    this.#known = { revision, state };
    this.#following.tell(state);
  }
}

function changed(state: ConsoleState, { parts, approvals }: StateChange): ConsoleState {
  const named = Object.entries(parts).filter(([, part]) => part !== undefined);
  const next = { ...state, ...(Object.fromEntries(named) as Partial<ConsoleState>) };
  return approvals === null ? next : { ...next, approvals: withChanges(state.approvals, approvals) };
}

/** What is new comes first: the list is in nobody's order before it is sorted for a page. */
function withChanges(list: readonly ApprovalView[], { put, gone }: ApprovalChanges): ApprovalView[] {
  const left = new Set(gone);
  const fresh = new Map(put.map((approval) => [approval.id, approval]));
  const kept: ApprovalView[] = [];
  for (const approval of list) {
    if (left.has(approval.id)) continue;
    kept.push(fresh.get(approval.id) ?? approval);
    fresh.delete(approval.id);
  }
  return [...fresh.values(), ...kept];
}
