import type { MaskedPayload } from "../../shared/approval.ts";
import type { GrantOffer } from "../../shared/grant-offer.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Principal } from "../identity/principal.ts";
import type { Exceeded } from "../policy/limits.ts";
import type { Effect } from "../policy/policy.ts";
import type { ApprovalRecord, Writes } from "../store/store.ts";

/** A call that a rule holds. The real arguments stay with the caller's request; only their digests are here. */
export interface HeldCall {
  readonly principal: Principal;
  readonly connection: string;
  readonly tool: string;
  /** Keyed digest over how the target is reached that the call would go to. */
  readonly place: string;
  readonly fingerprint: string;
  readonly description: string | null;
  readonly annotations: JsonObject | null;
  readonly payload: MaskedPayload;
  /** Keyed digest over the same as `lookup`, for decisions: approvers see it. */
  readonly argumentsDigest: string;
  /** Keyed digest over principal, connection, tool and arguments. */
  readonly lookup: string;
  readonly effect: Extract<Effect, { effect: "approve" }>;
  /** What an approver may grant beside approving it, or null. */
  readonly grants: GrantOffer | null;
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly device: string | null;
  /** As the requester's tunnel names the client. */
  readonly via: string | null;
  /** The tool's fingerprint now, asked of the target again before the call runs. */
  fingerprintNow(): Promise<string>;
  /** Why what this approval or grant permits may no longer run (policy, caller's token), or null. Decided inside the commit that lets it run. */
  refusalNow(permit: { readonly rule: { readonly version: string } }): string | null;
  /** Counts the call where a new approval is opened for it, beside so many of its person's that wait; or the limit against it. */
  admit(pending: number): Exceeded | null;
  /** Takes a place among the calls that run at once, for as long as the call goes on; or the limit against it. */
  occupy(): Exceeded | null;
}

/** How a claimed call ended. `also` is committed together with the outcome; `answer` goes to everybody who joined. */
export interface Outcome {
  readonly state: "executed" | "failed" | "unknown";
  readonly message: string;
  readonly answer: RpcMessage;
  also(writes: Writes): void;
}

/** Makes the end of a claimed call durable, and gives it to everybody who joined. */
export type Finish = (outcome: Outcome) => Promise<void>;

/** How long a caller waits, and what it says of itself. */
export interface Caller {
  /** The id of its request in the ledger. */
  readonly call: string;
  /** Aborts when it has gone: disconnected, cancelled, or sent away. */
  readonly gone: AbortSignal;
  /** Aborts when it must be answered, decided or not. */
  readonly spent: AbortSignal;
  /** The approval that an earlier round of this very call was told of, checked to be the gateway's own word; or null. */
  readonly continues: string | null;
}

/** What a caller of a held call may do next. */
export type Turn =
  /** This caller, and nobody else, runs the call and then reports how it ended. */
  | { readonly kind: "run"; readonly approval: ApprovalRecord; readonly finish: Finish }
  /** The identical call was run, by another caller or before this one came (`again`); this was its answer, masked. */
  | {
      readonly kind: "answered";
      readonly answer: RpcMessage;
      readonly approval: ApprovalRecord;
      readonly again: boolean;
    }
  | { readonly kind: "refused"; readonly approval: ApprovalRecord; readonly why: string | null }
  /** A limit stands against it: nothing was opened for it (null), or what was approved stays so. */
  | { readonly kind: "limited"; readonly approval: ApprovalRecord | null; readonly exceeded: Exceeded }
  /** Its time to wait is over, and nothing is decided, or the answer is not there yet. */
  | { readonly kind: "waits"; readonly approval: ApprovalRecord }
  | { readonly kind: "gone"; readonly approval: ApprovalRecord };
