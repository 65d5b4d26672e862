import type { ApprovalView } from "../../shared/approval.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord, Store, Writes } from "../store/store.ts";
import type { DecisionTerms } from "./decide.ts";
import { decideSigned } from "./deciding.ts";
import { claim } from "./claim.ts";
import {
  due,
  endAll,
  oweDecision,
  recordOutcome,
  recordUnknown,
  recordWithdrawal,
  settleUnrecorded,
} from "./ending.ts";
import type { Flight } from "./flight.ts";
import { Flights } from "./flights.ts";
import { open } from "./opening.ts";
import { move } from "./records.ts";
import type { Caller, HeldCall, Outcome, Turn } from "./turn.ts";
import { viewFor } from "./view.ts";

export interface ApprovalsOptions extends DecisionTerms {
  readonly store: Store;
}

/** The life of held calls, rule 4 of docs/threat-model.md: decided by a signature, run at most once, only while a caller waits. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #flights = new Flights();
  readonly #unrecorded = new Set<string>();
  readonly #listeners = new Set<(record: ApprovalRecord) => void>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Calls back after each durable change of any approval. Returns the way to stop. */
  onChange(listener: (record: ApprovalRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Settles what an earlier process left: a claim without an outcome is unknown and never retried. */
  async recover(): Promise<void> {
    const { store, now } = this.#options;
    await store.commit((writes) => {
      for (const record of store.approvals.inState("claimed")) recordUnknown(writes, record, now());
      writes.answers.forget(now());
    });
    await this.expireDue();
  }

  /** Turns pending into expired and approved into lapsed once their time is over, and settles what a failing store did not take. */
  async expireDue(): Promise<void> {
    const { store, now } = this.#options;
    for (const id of this.#unrecorded) {
      const settled = await store.commit((writes) => settleUnrecorded(writes, id, now()));
      this.#unrecorded.delete(id);
      if (settled !== null) this.#publish(settled);
    }
    if (due(store, now()).length === 0) return;
    const ended = await store.commit((writes) => {
      writes.answers.forget(now());
      return due(writes, now()).map((record) =>
        move(writes, record, { state: record.state === "pending" ? "expired" : "lapsed" }),
      );
    });
    for (const record of ended) this.#publish(record);
  }

  /**
   * Opens an approval for this call, or joins the one that waits for the identical call, and resolves when this caller
   * may run it, has its answer, is refused, has waited long enough, or has gone. `onOpen` is called once the approval is durable.
   */
  async hold(call: HeldCall, caller: Caller, onOpen: (approval: ApprovalRecord) => void): Promise<Turn> {
    const { store } = this.#options;
    const opening = await store.commit((writes) => open(writes, call, caller, this.#options));
    if (opening.kind === "kept")
      return { kind: "answered", answer: opening.answer, approval: opening.record, again: true };
    if (opening.kind === "ended") return { kind: "refused", approval: opening.record, why: opening.why };
    if (opening.kind === "limited") return { ...opening, approval: null };
    for (const each of opening.changed) this.#publish(each);
    const flight = this.#flights.join(opening.record.id);
    onOpen(opening.record);
    let turn: Turn | undefined;
    try {
      turn = await this.#wait(call, opening.record, flight, caller);
      const { kind, approval } = turn;
      if (kind === "gone" || kind === "waits")
        await store.commit((writes) => oweDecision(writes, approval.id, this.#options.reuseMs()));
      return turn;
    } finally {
      // Who runs the call stays until its outcome is known: an identical call meanwhile joins it.
      if (turn?.kind !== "run") this.#flights.leave(opening.record.id, flight);
    }
  }

  /** Whether callers besides the one that runs it wait for it now. */
  isJoined = (id: string): boolean => this.#flights.isJoined(id);

  /** Notes that the answer to this call reached a caller: it is not given again. */
  async delivered(id: string): Promise<void> {
    const { store } = this.#options;
    if (store.answers.of(id) !== undefined) await store.commit((writes) => writes.answers.deliver(id));
  }

  /** Ends a request at its requester's word; throws CountersignError as docs/protocol.md lists. */
  async withdraw(principal: Principal, id: string): Promise<ApprovalRecord> {
    const { store, now } = this.#options;
    const record = await store.commit((writes) => recordWithdrawal(writes, principal, id, now()));
    this.#publish(record);
    return record;
  }

  /** Ends all that wait, or are approved and have not begun to run, of which this is so; `also` is in the same commit. */
  async endOf(
    isOne: (record: ApprovalRecord) => boolean,
    detail: { readonly by: string; readonly why: string },
    also: (writes: Writes) => void,
  ): Promise<void> {
    const ended = await this.#options.store.commit((writes) => {
      also(writes);
      return endAll(writes, isOne, detail);
    });
    for (const record of ended) this.#publish(record);
  }

  /** Records an approver's signed decision, and in the same commit the grant that came with it, or neither; throws CountersignError with the code that docs/protocol.md lists. */
  async decide(principal: Principal, id: string, jws: string, grantJws?: string): Promise<ApprovalRecord> {
    const sent = { decision: jws, grant: grantJws };
    return decideSigned(this.#options.store, this.#options, principal, id, sent, (changed) => this.#publish(changed));
  }

  /** The approval as this principal may see it, or null: then it doesn't exist for them. */
  seenBy(principal: Principal, record: ApprovalRecord): ApprovalView | null {
    return viewFor(principal, record, this.#options.keyedDigest);
  }

  async #wait(call: HeldCall, opened: ApprovalRecord, flight: Flight<RpcMessage>, caller: Caller): Promise<Turn> {
    const away = AbortSignal.any([caller.gone, caller.spent]);
    let approval = opened;
    for (;;) {
      // The time is for waiting: what was approved before the caller came is run for it, however long the way here took. Else a slow target's call never would be.
      const over = approval === opened && approval.state === "approved" ? caller.gone : away;
      if (over.aborted) return { kind: caller.gone.aborted ? "gone" : "waits", approval };
      switch (approval.state) {
        case "pending":
          // A change between the commit and this wait is seen by reading again first.
          approval = await this.#nextChange(approval, flight, away);
          break;
        case "approved": {
          const turn = await this.#claim(call, approval, flight, over);
          if ("kind" in turn) return turn;
          approval = turn;
          break;
        }
        case "claimed":
        case "executed":
        case "failed":
        case "unknown": {
          const answer = await flight.answer(away);
          if (answer !== null) return { kind: "answered", answer, approval, again: false };
          break;
        }
        case "denied":
        case "expired":
        case "withdrawn":
        case "lapsed":
          return { kind: "refused", approval, why: null };
        default:
          approval.state satisfies never;
      }
    }
  }

  async #nextChange(approval: ApprovalRecord, flight: Flight<RpcMessage>, away: AbortSignal): Promise<ApprovalRecord> {
    const next = flight.next(away);
    const current = this.#options.store.approvals.get(approval.id) ?? approval;
    if (current.revision !== approval.revision) return current;
    return (await next) ?? approval;
  }

  async #claim(
    call: HeldCall,
    approval: ApprovalRecord,
    flight: Flight<RpcMessage>,
    away: AbortSignal,
  ): Promise<Turn | ApprovalRecord> {
    const { store, now } = this.#options;
    const fingerprint = await call.fingerprintNow();
    const { mine, record, why, exceeded } = await store.commit((writes) =>
      claim(writes, call, approval, fingerprint, away, now()),
    );
    if (record.revision !== approval.revision) this.#publish(record);
    if (mine) return { kind: "run", approval: record, finish: (outcome) => this.#finish(record.id, flight, outcome) };
    if (exceeded !== undefined) return { kind: "limited", approval: record, exceeded };
    return why === null ? record : { kind: "refused", approval: record, why };
  }

  async #finish(id: string, flight: Flight<RpcMessage>, outcome: Outcome): Promise<void> {
    const { store, now } = this.#options;
    try {
      const record = await store.commit((writes) => recordOutcome(writes, id, outcome, now()));
      flight.settle(outcome.answer);
      this.#publish(record);
    } catch (error) {
      this.#unrecorded.add(id);
      flight.fail(error);
      throw error;
    } finally {
      this.#flights.leave(id, flight);
    }
  }

  #publish(record: ApprovalRecord): void {
    this.#flights.change(record);
    for (const listener of this.#listeners) listener(record);
  }
}
