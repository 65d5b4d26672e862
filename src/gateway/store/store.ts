import { z } from "zod";
import { approvalView, approverStep } from "../../shared/approval.ts";
import { devicePublicKey } from "../../shared/device.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { EntryKind } from "../../shared/entry-kind.ts";
import type { ErasedEntries } from "../../shared/ledger.ts";
import type { Erasure } from "../../shared/erasure.ts";
import type { ProofReads } from "../audit/proofs.ts";
import type { AnswerReads, AnswerWrites } from "./answers.ts";
import type { DeviceReads, DeviceWrites } from "./devices.ts";
import type { Erased } from "./erasing.ts";
import type { HoldReads, HoldWrites } from "./holds.ts";
import type { GrantReads, GrantWrites } from "./grants.ts";
import type { HistoryReads } from "./history.ts";
import type { PrecedentReads } from "./precedents.ts";
import type { RevocationReads, RevocationWrites } from "./revocations.ts";

/** A decision as it is kept: the step it counts in (from 1), the person behind its signer when it was made, and its compact JWS. */
const decisionRecord = approvalView.shape.decision
  .unwrap()
  .extend({ step: z.number().int().min(1), person: z.string(), jws: z.string() });
export type DecisionRecord = Readonly<z.infer<typeof decisionRecord>>;

/** An approval as it is kept: what everybody may see of it, and what only the gateway needs. */
export const approvalRecord = approvalView.omit({ relation: true, standing: true, matching: true }).extend({
  steps: z.array(approverStep).min(1),
  /** All that were recorded, in their order; a denial is the last. */
  decisions: z.array(decisionRecord),
  /** Approvals whose number was wrong: by whom, and SHA-256 of what was sent, so that the very same one counts once. */
  wrongNumbers: z.array(z.object({ by: z.string(), sent: z.string(), atMs: z.number() })).default([]),
  /** The requester's person under `identities:`, for "nobody decides on their own call". */
  person: z.string(),
  /** Keyed digest over principal, connection, tool and arguments: equal calls share it. */
  lookup: z.string(),
  /** Keyed digest over how the target is reached that was shown. Absent in records from before it was kept: those fit no target. */
  place: z.string().optional(),
});
export type ApprovalRecord = Readonly<z.infer<typeof approvalRecord>>;

export const deviceRecord = z.object({
  id: z.string(),
  key: devicePublicKey,
  name: z.string(),
  principal: z.string(),
  person: z.string(),
  enrolledAtMs: z.number(),
  /** Its person had one before it: it decides nothing until it is confirmed. */
  waits: z.literal(true).optional(),
  confirmed: z.object({ atMs: z.number(), by: z.string() }).optional(),
  /** Kept, so that its key is enrolled for nobody again. */
  removed: z.object({ atMs: z.number(), by: z.string() }).optional(),
});
export type DeviceRecord = Readonly<z.infer<typeof deviceRecord>>;

/** What is known of an approval without reading its record; `bytes` are those of the record's JSON. */
export interface ApprovalOutline {
  readonly id: string;
  readonly state: ApprovalRecord["state"];
  readonly revision: number;
  readonly bytes: number;
}

/** Reads see what was last committed (or, inside a commit, the commit's own writes). */
export interface Reads {
  readonly approvals: {
    get(id: string): ApprovalRecord | undefined;
    /** The one approval of this lookup that is pending, or approved and not yet claimed. */
    live(lookup: string): ApprovalRecord | undefined;
    /** All in this state, oldest first. */
    inState(state: ApprovalRecord["state"]): readonly ApprovalRecord[];
    /** The one with the lowest revision above this one. */
    nextAfter(revision: number): ApprovalRecord | undefined;
    /** Those in this state, the newest change first, at most so many (-1: all). */
    outlines(state: ApprovalRecord["state"], most: number): readonly ApprovalOutline[];
    /** Those whose revision is higher, in order of revision, at most so many. */
    outlinesAfter(revision: number, most: number): readonly ApprovalOutline[];
    /** How many of this person's wait for a decision. */
    pendingOf(person: string): number;
    lastRevision(): number;
  };
  readonly answers: AnswerReads;
  readonly history: HistoryReads;
  readonly precedents: PrecedentReads;
  readonly grants: GrantReads;
  readonly devices: DeviceReads;
  readonly revocations: RevocationReads;
  readonly holds: HoldReads;
  readonly tools: { fingerprint(connection: string, tool: string): string | undefined };
}

/** Writes of one commit. Entries and state changes become durable together or not at all (rule 5). */
export interface Writes extends Reads {
  readonly approvals: Reads["approvals"] & {
    /**
     * Stores a new or changed approval under the next revision and returns it so. A second live approval of the same
     * lookup is refused by the database: the older one is lapsed or expired first, in the same work if need be.
     */
    put(record: Omit<ApprovalRecord, "revision">): ApprovalRecord;
  };
  readonly answers: AnswerWrites;
  readonly grants: GrantWrites;
  readonly devices: DeviceWrites;
  readonly revocations: RevocationWrites;
  readonly holds: HoldWrites;
  readonly tools: Reads["tools"] & { put(connection: string, tool: string, fingerprint: string): void };
  /** Appends one ledger entry. `body` holds masked values only (rule 6). */
  append(kind: EntryKind, body: JsonObject): void;
  /**
   * Erases what the store has of these entries (rising numbers), and appends the entry that says so, where anything was there to erase. Once the commit is durable, its
   * files go by `Store.settle`.
   */
  erase(entries: readonly number[], why: Omit<ErasedEntries, "entries">): Erased;
}

/** The one way to the gateway's state. */
export interface Store extends Reads {
  /**
   * Runs `work` in the next group commit, after all that was asked for before, and resolves with its value once it is
   * durable. Work that throws is rolled back alone and rejects with what it threw; a failed write rejects all of its
   * group with CountersignError `store_failed`, or `disk_full` where there is no room. `work` is synchronous and touches nothing outside. `soon` lets it wait a moment for
   * others: only for what need not be durable before something else is done (rule 5, `readOnly`).
   */
  commit<T>(work: (writes: Writes) => T, when?: "now" | "soon"): Promise<T>;
  /**
   * Writes the body of a long entry beside the database, in slices, so that the commit that appends this very object keeps nobody waiting. Of a
   * short one nothing is done. Throws CountersignError `store_failed` or `disk_full`.
   */
  prepare(body: JsonObject): Promise<void>;
  /** Deletes these files of erased bodies. */
  deleteBodies(files: Erased["files"]): Promise<void>;
  /** Removes what erased rows left in the store's files; false where a reader is in the way, to be asked again. Throws what SQLite throws. */
  settle(): boolean;
  /** Whether nothing that was erased is left anywhere since. */
  isSettled(): boolean;
  /** How entry `seq` was erased; undefined where it was not. */
  erasureOf(seq: number): Erasure | undefined;
  /** How this approval was erased with its entries; undefined where it was not. */
  erasureOfApproval(id: string): Erasure | undefined;
  /** Writes something that changes nothing, durably. Throws CountersignError `store_failed` or `disk_full` where nothing can be written. */
  probe(): Promise<void>;
  /** Whether the last write failed: then the next one is waited for before anything is done. */
  failing(): boolean;
  /** The newest checkpoint, a signed note; it covers every committed entry. */
  checkpoint(): string;
  /** The notes by which the ledger's key was rotated, oldest first: that happens when the store is opened, and then alone. */
  readonly rotations: readonly string[];
  readonly proofs: ProofReads;
  /**
   * Commits what waits, records the clean stop as `gateway.stopped` and closes. Throws CountersignError `store_failed`
   * where that can't be written: closed it is all the same, and the next start records an unclean stop.
   */
  close(): Promise<void>;
}
