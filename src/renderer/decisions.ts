import type { ApprovalView, Verdict } from "../shared/approval.ts";
import { openStep } from "../shared/approval-steps.ts";
import type { ConsoleBridge } from "../shared/bridge.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { Failure } from "../shared/errors.ts";
import type { GrantWish } from "../shared/grant.ts";
import { digest } from "../shared/json.ts";
import { followed, sendingOurs, unrecorded, type AllDeciding, type Deciding } from "./deciding.ts";
import { createStore, type Store } from "./store.ts";
import { createTogether, type Together } from "./together.ts";

/** How long a denial can be undone before it is sent. */
const undoMs = 5000;

/** What goes with an approval besides the request itself. */
interface Approving {
  readonly reason: string;
  /** What the requester's screen shows, for critical risk. */
  readonly number?: string | undefined;
  readonly grant?: GrantWish | undefined;
}

export interface Decisions {
  readonly all: Store<AllDeciding>;
  /** Those that were decided together by one press and not all recorded. */
  readonly together: Together;
  /** Sends at once. `approval` is what the page shows: the digest covers that and nothing newer (rule 3). */
  approve(approval: ApprovalView, how: Approving): void;
  /** Signs and sends each by itself, one after another. */
  approveEach(approvals: readonly ApprovalView[], reason: string): void;
  /** Sends after five seconds, unless undone, or unless somebody else ends the request first; several with one reason, one after another. */
  deny(approvals: readonly ApprovalView[], reason: string): void;
  undo(id: string): void;
  /** Takes back all that was denied with one press. */
  undoBatch(batch: number): void;
  /** Drops what the new state has answered. */
  follow(state: ConsoleState): void;
  /** The page is being left: nothing that still could be undone is sent. */
  leave(): void;
}

const idsOf = (approvals: readonly ApprovalView[]) => approvals.map(({ id }) => id);

export function createDecisions(bridge: Pick<ConsoleBridge, "decide" | "desktop">): Decisions {
  const all = createStore<AllDeciding>(new Map());
  const together = createTogether();
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let batches = 0;

  const put = (ids: readonly string[], next: (id: string) => Deciding | null) => {
    if (ids.length === 0) return;
    const changed = new Map(all.get());
    for (const id of ids) {
      const deciding = next(id);
      if (deciding === null) changed.delete(id);
      else changed.set(id, deciding);
    }
    all.set(changed);
  };
  const isFree = ({ id }: ApprovalView) => (all.get().get(id)?.step ?? "refused") === "refused";
  const send = async (approval: ApprovalView, verdict: Verdict, how: Approving): Promise<Failure | null> => {
    const { reason, number, grant } = how;
    const shown = await digest({ arguments: approval.payload.arguments, hidden: approval.payload.hidden });
    const decision = { id: approval.id, step: openStep(approval), verdict, reason, digest: shown };
    const besides = { ...(number === undefined ? {} : { number }), ...(grant === undefined ? {} : { grant }) };
    const result = await bridge.decide({ ...decision, ...besides });
    if (result.ok) return null;
    put([approval.id], () => unrecorded(verdict, result.error));
    return result.error;
  };
  const sendEach = async (approvals: readonly ApprovalView[], verdict: Verdict, how: Approving) => {
    put(idsOf(approvals), () => sendingOurs(verdict));
    const done: Failure[] = [];
    // One after another: a thousand at once would only wait in line elsewhere. What has ended by itself meanwhile is left alone.
    for (const [at, approval] of approvals.entries()) {
      if (!all.get().has(approval.id)) continue;
      const failed = await send(approval, verdict, how);
      if (failed === null) continue;
      done.push(failed);
      if (failed.code !== "decision_unanswered") continue;
      // The gateway is away: what was pressed minutes ago is not signed once it is back.
      const rest = approvals.slice(at + 1).filter(({ id }) => all.get().has(id));
      put(idsOf(rest), () => null);
      together.tell({ verdict, of: approvals.length, failed: done, unsent: rest.length });
      return;
    }
    together.tell({ verdict, of: approvals.length, failed: done, unsent: 0 });
  };
  const waitingIn = (batch: number) =>
    [...all.get().values()].flatMap((each) => (each.step === "denying" && each.batch === batch ? [each.approval] : []));
  const undoBatch = (batch: number) => {
    clearTimeout(timers.get(batch));
    timers.delete(batch);
    put(idsOf(waitingIn(batch)), () => null);
  };

  return {
    all,
    together,
    approve(approval, how) {
      if (isFree(approval)) void sendEach([approval], "approve", how);
    },
    approveEach: (approvals, reason) => void sendEach(approvals.filter(isFree), "approve", { reason }),
    deny(approvals, reason) {
      const denied = new Map(approvals.filter(isFree).map((approval) => [approval.id, approval]));
      const batch = (batches += 1);
      const sendsAtMs = Date.now() + undoMs;
      put([...denied.keys()], (id) => {
        const approval = denied.get(id);
        return approval === undefined ? null : { step: "denying", approval, sendsAtMs, batch };
      });
      const timer = setTimeout(() => {
        timers.delete(batch);
        void sendEach(waitingIn(batch), "deny", { reason });
      }, undoMs);
      timers.set(batch, timer);
    },
    undo(id) {
      const step = all.get().get(id)?.step;
      if (step === "held") void bridge.desktop?.dropDecision({ id });
      else if (step === "denying") put([id], () => null);
    },
    undoBatch,
    follow(state) {
      const next = followed(all.get(), state);
      if (next !== all.get()) all.set(next);
    },
    leave() {
      for (const batch of timers.keys()) undoBatch(batch);
    },
  };
}
