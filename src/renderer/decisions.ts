import type { ApprovalView, Verdict } from "../shared/approval.ts";
import { openStep } from "../shared/approval-steps.ts";
import type { ConsoleBridge } from "../shared/bridge.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { Failure } from "../shared/errors.ts";
import { digest } from "../shared/json.ts";
import { createStore, type Store } from "./store.ts";

/** How long a denial can be undone before it is sent. */
const undoMs = 5000;

/** A decision on its way; when the gateway has it, the approval's own state says so and this ends. */
type Deciding =
  | { readonly step: "denying"; readonly approval: ApprovalView; readonly sendsAtMs: number }
  | { readonly step: "sending"; readonly verdict: Verdict }
  | { readonly step: "refused"; readonly verdict: Verdict; readonly error: Failure };

export interface Decisions {
  readonly all: Store<ReadonlyMap<string, Deciding>>;
  /** Sends at once. `approval` is what the page shows: the digest covers that and nothing newer (rule 3). */
  approve(approval: ApprovalView, reason: string): void;
  /** Sends after five seconds, unless undone, or unless somebody else ends the request first. */
  deny(approval: ApprovalView, reason: string): void;
  undo(id: string): void;
  /** Drops what the new state has answered. */
  follow(state: ConsoleState): void;
  /** The page is being left: nothing that still could be undone is sent. */
  leave(): void;
}

/** One of several approvals leaves the request pending, and nothing for this person to do. */
function isOpenToReader({ state, standing }: ApprovalView): boolean {
  return state === "pending" && (standing === "decide" || standing === "deny");
}

export function createDecisions(bridge: Pick<ConsoleBridge, "decide">): Decisions {
  const all = createStore<ReadonlyMap<string, Deciding>>(new Map());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  const put = (id: string, deciding: Deciding | null) => {
    const next = new Map(all.get());
    if (deciding === null) next.delete(id);
    else next.set(id, deciding);
    all.set(next);
  };
  const stop = (id: string) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    if (all.get().get(id)?.step === "denying") put(id, null);
  };
  const send = async (approval: ApprovalView, verdict: Verdict, reason: string) => {
    put(approval.id, { step: "sending", verdict });
    const shown = await digest({ arguments: approval.payload.arguments, hidden: approval.payload.hidden });
    const step = openStep(approval);
    const result = await bridge.decide({ id: approval.id, step, verdict, reason, digest: shown });
    if (!result.ok) put(approval.id, { step: "refused", verdict, error: result.error });
  };
  const isBusy = (id: string) => (all.get().get(id)?.step ?? "refused") !== "refused";

  return {
    all,
    approve(approval, reason) {
      if (!isBusy(approval.id)) void send(approval, "approve", reason);
    },
    deny(approval, reason) {
      if (isBusy(approval.id)) return;
      put(approval.id, { step: "denying", approval, sendsAtMs: Date.now() + undoMs });
      const timer = setTimeout(() => {
        timers.delete(approval.id);
        void send(approval, "deny", reason);
      }, undoMs);
      timers.set(approval.id, timer);
    },
    undo: stop,
    follow(state) {
      const open = new Set(state.approvals.filter(isOpenToReader).map(({ id }) => id));
      for (const id of all.get().keys()) {
        if (open.has(id)) continue;
        stop(id);
        put(id, null);
      }
    },
    leave() {
      timers.forEach((_, id) => stop(id));
    },
  };
}
