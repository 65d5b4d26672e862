import { randomBytes } from "node:crypto";
import type { ApprovalState, MaskedPayload } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { PrincipalView } from "../../shared/principal.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";
import type { Effect } from "../policy/policy.ts";
import type { ApprovalRecord, Store, Writes } from "../store/store.ts";
import { checkDecision, verifyDecision, type SignedDecision } from "./decision.ts";
import { Flight } from "./flight.ts";
import { mayDecide } from "./view.ts";

/** A call that a rule holds. The real arguments stay with the caller's request; only their digests are here. */
export interface HeldCall {
  readonly principal: Principal;
  readonly connection: string;
  readonly tool: string;
  readonly fingerprint: string;
  readonly description: string | null;
  readonly annotations: JsonObject | null;
  readonly payload: MaskedPayload;
  readonly argumentsDigest: string;
  /** Keyed digest over principal, connection, tool and arguments. */
  readonly lookup: string;
  readonly effect: Extract<Effect, { effect: "approve" }>;
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly device: string | null;
  /** The tool's fingerprint now, asked of the target again before the call runs. */
  fingerprintNow(): Promise<string>;
  /** Why this approval may no longer run (policy, caller's token), or null. Decided inside the claim's commit. */
  refusalNow(record: ApprovalRecord): string | null;
}

/** How a claimed call ended. `also` is committed together with the outcome; `answer` goes to everybody who joined. */
export interface Outcome {
  readonly state: "executed" | "failed" | "unknown";
  readonly message: string;
  readonly answer: RpcMessage;
  also(writes: Writes): void;
}

/** What a caller of a held call may do next. */
export type Turn =
  /** This caller, and nobody else, runs the call and then reports how it ended. */
  | { readonly kind: "run"; readonly approval: ApprovalRecord; finish(outcome: Outcome): Promise<void> }
  /** Another caller with the identical call ran it; this was its answer. */
  | { readonly kind: "answered"; readonly answer: RpcMessage; readonly approval: ApprovalRecord }
  | { readonly kind: "refused"; readonly approval: ApprovalRecord; readonly why: string | null }
  | { readonly kind: "gone"; readonly approval: ApprovalRecord };

export interface ApprovalsOptions {
  readonly store: Store;
  /** The gateway's origin, part of every decision. */
  readonly gateway: string;
  readonly now: () => number;
  readonly reuseMs: () => number;
  /** The version of the named rule in today's policy, if it still is there. */
  readonly ruleVersion: (name: string) => string | undefined;
}

/** The life of held calls, by DESIGN.md's rule 4: decided by a signature, run at most once, only while a caller waits. */
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
      const decided = await store.commit((writes) => this.#record(writes, principal, id, signed));
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

  #record(writes: Writes, principal: Principal, id: string, signed: SignedDecision): ApprovalRecord {
    const { gateway, now, reuseMs, ruleVersion } = this.#options;
    const record = writes.approvals.get(id);
    if (record === undefined) throw new CountersignError("not_found", "There is no such request.");
    if (record.decisionJws === signed.jws) return record;
    if (record.person === principal.person)
      throw new CountersignError("self_approval", "Nobody decides on their own call.");
    if (!mayDecide(principal, record))
      throw new CountersignError("not_approver", `Only members of ${record.approvers.join(", ")} decide this request.`);
    if (record.state === "expired" || (record.state === "pending" && record.expiresAtMs <= now())) {
      throw new CountersignError("expired", "Nobody decided in time; the call was denied. Nothing was run.");
    }
    if (record.state !== "pending")
      throw new CountersignError("already_decided", `This request is no longer pending: it is ${record.state}.`);
    checkDecision(signed.payload, record, gateway, now());
    if (ruleVersion(record.rule.name) !== record.rule.version) {
      throw new CountersignError(
        "rule_changed",
        "The rule that held this call has changed. The call must be made again.",
      );
    }
    const { verdict, reason, presence } = signed.payload;
    const approve = verdict === "approve";
    return move(writes, record, {
      state: approve ? "approved" : "denied",
      decision: { verdict, reason, by: viewOf(principal), device: signed.device.id, presence, atMs: now() },
      decisionJws: signed.jws,
      reuseUntilMs: approve ? now() + reuseMs() : null,
    });
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

/** One change of state and its ledger entry, in one commit (rule 5). */
function move(
  writes: Writes,
  record: Omit<ApprovalRecord, "revision">,
  change: Partial<ApprovalRecord> & { readonly state?: ApprovalState },
  detail: JsonObject = {},
): ApprovalRecord {
  const stored = writes.approvals.put({ ...record, ...change });
  const { id, state, connection, tool, fingerprint, argumentsDigest, requester, rule, risk, decisionJws } = stored;
  const facts: JsonObject = {
    approval: id,
    connection,
    tool,
    fingerprint,
    arguments: argumentsDigest,
    principal: requester.id,
    rule: { name: rule.name, version: rule.version },
  };
  const masked: JsonObject = {
    arguments: stored.payload.arguments,
    hidden: stored.payload.hidden.map(({ path, kind }) => ({ path, kind })),
  };
  writes.append(`approval.${state}`, {
    ...facts,
    ...(state === "pending"
      ? { risk, approvers: stored.approvers, expiresAtMs: stored.expiresAtMs, payload: masked }
      : {}),
    ...((state === "approved" || state === "denied") && decisionJws !== null
      ? { decision: decisionJws, by: stored.decision?.by.id ?? "" }
      : {}),
    ...(stored.outcome === null ? {} : { outcome: stored.outcome.message }),
    ...detail,
  });
  return stored;
}

/** An open approval serves a repeated call only while its rule and tool are the ones that were shown. */
function isStillGood(record: ApprovalRecord, call: HeldCall, now: number): boolean {
  const until = record.state === "pending" ? record.expiresAtMs : (record.reuseUntilMs ?? 0);
  return until > now && record.rule.version === call.effect.rule.version && record.fingerprint === call.fingerprint;
}

function newRecord(call: HeldCall, nowMs: number): Omit<ApprovalRecord, "revision"> {
  const { effect } = call;
  return {
    id: `apr_${randomBytes(12).toString("base64url")}`,
    state: "pending",
    requester: viewOf(call.principal),
    person: call.principal.person,
    lookup: call.lookup,
    client: call.client,
    device: call.device,
    connection: call.connection,
    tool: call.tool,
    description: call.description,
    annotations: call.annotations,
    fingerprint: call.fingerprint,
    payload: call.payload,
    argumentsDigest: call.argumentsDigest,
    rule: { name: effect.rule.name, version: effect.rule.version, why: effect.why },
    risk: effect.risk,
    approvers: [...effect.approvers],
    createdAtMs: nowMs,
    expiresAtMs: nowMs + effect.expiresMs,
    reuseUntilMs: null,
    decision: null,
    decisionJws: null,
    outcome: null,
  };
}

function viewOf({ id, kind, name, groups }: Principal): PrincipalView {
  return { id, kind, name, groups: [...groups] };
}
