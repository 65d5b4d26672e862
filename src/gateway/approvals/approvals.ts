import { CountersignError } from "../../shared/errors.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord, Store } from "../store/store.ts";
import { recordDecision, type DecisionTerms } from "./decide.ts";
import { verifyDecision } from "./decision.ts";
import { Flight } from "./flight.ts";
import { isStillGood, move, newRecord } from "./records.ts";
import type { HeldCall, Outcome, Turn } from "./turn.ts";

export interface ApprovalsOptions extends DecisionTerms {
  readonly store: Store;
}

/** The life of held calls, rule 4 of docs/threat-model.md: decided by a signature, run at most once, only while a caller waits. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #flights = new Map<string, Flight<RpcMessage>>();
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
      for (const record of store.approvals.inState("claimed")) {
        const message = "The gateway stopped between forwarding the call and its answer. It is not retried.";
        move(writes, record, { state: "unknown", outcome: { state: "unknown", atMs: now(), message } });
      }
    });
    await this.expireDue();
  }

  /** Turns pending into expired and approved into lapsed once their time is over. */
  async expireDue(): Promise<void> {
    const { store, now } = this.#options;
    const due = (record: ApprovalRecord): boolean =>
      record.state === "pending" ? record.expiresAtMs <= now() : (record.reuseUntilMs ?? 0) <= now();
    if (![...store.approvals.inState("pending"), ...store.approvals.inState("approved")].some(due)) return;
    const ended = await store.commit((writes) => [
      ...writes.approvals
        .inState("pending")
        .filter(due)
        .map((record) => move(writes, record, { state: "expired" })),
      ...writes.approvals
        .inState("approved")
        .filter(due)
        .map((record) => move(writes, record, { state: "lapsed" })),
    ]);
    for (const record of ended) this.#publish(record);
  }

  /**
   * Opens an approval for this call, or joins the one that waits for the identical call, and resolves when this caller
   * may run it, has its answer, is refused, or has gone. `onOpen` is called once the approval is durable.
   */
  async hold(call: HeldCall, gone: AbortSignal, onOpen: (approval: ApprovalRecord) => void): Promise<Turn> {
    let approval = await this.#open(call);
    const flight = this.#flight(approval.id);
    flight.waiters += 1;
    onOpen(approval);
    try {
      for (;;) {
        if (gone.aborted) return { kind: "gone", approval };
        switch (approval.state) {
          case "pending":
            // A change between the commit and this wait is seen by reading again first.
            approval = await this.#nextChange(approval, flight, gone);
            break;
          case "approved": {
            const turn: Turn | ApprovalRecord = await this.#claim(call, approval, flight, gone);
            if ("kind" in turn) return turn;
            approval = turn;
            break;
          }
          case "claimed":
          case "executed":
          case "failed":
          case "unknown": {
            const answer: RpcMessage | null = await flight.answer(gone);
            return answer === null ? { kind: "gone", approval } : { kind: "answered", answer, approval };
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
    } finally {
      flight.waiters -= 1;
      this.#forget(approval.id);
    }
  }

  /** Records an approver's signed decision; throws CountersignError with the code that docs/protocol.md lists. */
  async decide(principal: Principal, id: string, jws: string): Promise<ApprovalRecord> {
    const { store } = this.#options;
    try {
      if (store.approvals.get(id) === undefined) throw new CountersignError("not_found", "There is no such request.");
      const signed = await verifyDecision(jws, principal, store.devices);
      const decided = await store.commit((writes) => recordDecision(writes, this.#options, principal, id, signed));
      this.#publish(decided);
      return decided;
    } catch (error) {
      if (error instanceof CountersignError && error.code !== "store_failed") {
        const { code } = error;
        await store.commit((writes) => writes.append("decision.refused", { approval: id, by: principal.id, code }));
      }
      throw error;
    }
  }

  async #open(call: HeldCall): Promise<ApprovalRecord> {
    const { store, now } = this.#options;
    const { record, changed } = await store.commit((writes) => {
      const live = writes.approvals.live(call.lookup);
      if (live !== undefined && isStillGood(live, call, now())) return { record: live, changed: [] };
      const why = "The rule or the tool has changed since.";
      const ended = live && move(writes, live, { state: live.state === "pending" ? "expired" : "lapsed" }, { why });
      const record = move(writes, newRecord(call, now()), {});
      return { record, changed: ended === undefined ? [record] : [ended, record] };
    });
    for (const each of changed) this.#publish(each);
    return record;
  }

  async #nextChange(approval: ApprovalRecord, flight: Flight<RpcMessage>, gone: AbortSignal): Promise<ApprovalRecord> {
    const next = flight.next(gone);
    const current = this.#options.store.approvals.get(approval.id) ?? approval;
    if (current.revision !== approval.revision) return current;
    return (await next) ?? approval;
  }

  /** The durable claim: the one point of no return (rule 4). */
  async #claim(
    call: HeldCall,
    approval: ApprovalRecord,
    flight: Flight<RpcMessage>,
    gone: AbortSignal,
  ): Promise<Turn | ApprovalRecord> {
    const { store, now } = this.#options;
    const fingerprint = await call.fingerprintNow();
    const claim = await store.commit(
      (writes): { readonly mine: boolean; readonly record: ApprovalRecord; readonly why: string | null } => {
        const record = writes.approvals.get(approval.id) ?? approval;
        if (record.state !== "approved" || gone.aborted) return { mine: false, record, why: null };
        const lapse = (why: string) => ({
          mine: false,
          record: move(writes, record, { state: "lapsed" }, { why }),
          why,
        });
        if ((record.reuseUntilMs ?? 0) <= now()) return lapse("The approval was not used in time.");
        if (fingerprint !== record.fingerprint) return lapse("The tool has changed since it was approved.");
        const why = call.refusalNow(record);
        if (why !== null) return lapse(why);
        return { mine: true, record: move(writes, record, { state: "claimed" }), why: null };
      },
    );
    if (claim.record.revision !== approval.revision) this.#publish(claim.record);
    if (claim.mine)
      return {
        kind: "run",
        approval: claim.record,
        finish: (outcome) => this.#finish(claim.record.id, flight, outcome),
      };
    return claim.why === null ? claim.record : { kind: "refused", approval: claim.record, why: claim.why };
  }

  async #finish(id: string, flight: Flight<RpcMessage>, outcome: Outcome): Promise<void> {
    const { store, now } = this.#options;
    const { state, message } = outcome;
    const committed = store.commit((writes) => {
      outcome.also(writes);
      const claimed = writes.approvals.get(id);
      if (claimed?.state !== "claimed")
        throw new CountersignError("internal", "A call that was not claimed has an outcome.");
      return move(writes, claimed, { state, outcome: { state, message, atMs: now() } });
    });
    const record = await committed.catch((error: unknown) => {
      flight.fail(error);
      throw error;
    });
    flight.settle(outcome.answer);
    this.#publish(record);
  }

  #publish(record: ApprovalRecord): void {
    this.#flights.get(record.id)?.change(record);
    for (const listener of this.#listeners) listener(record);
  }

  #flight(id: string): Flight<RpcMessage> {
    const flight = this.#flights.get(id) ?? new Flight<RpcMessage>();
    this.#flights.set(id, flight);
    return flight;
  }

  #forget(id: string): void {
    if (this.#flights.get(id)?.waiters === 0) this.#flights.delete(id);
  }
}
