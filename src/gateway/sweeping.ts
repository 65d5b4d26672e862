import { CountersignError } from "../shared/errors.ts";
import type { Site } from "./http.ts";
import { sweepSessions } from "./session-api.ts";

const sweepMs = 1000;

/** Ends what is over, once a second: approvals, grants, sessions, streams; and lets the search follow the ledger. Returns the way to stop. */
export function startSweeping({
  gate,
  sessions,
  lasting,
  refusals,
  search,
  retention,
  operators,
  log,
}: Site): () => void {
  const { store, approvals, grants, limits, unheard, inputs, owed, sessions: conversations } = gate;
  const sweep = setInterval(() => {
    limits.sweep();
    search.follow();
    retention.sweep();
    sweepSessions(sessions, store, log);
    lasting.sweep();
    unheard.sweep();
    // Asked for again, so that it is told that there is room though nobody calls.
    if (operators.observed.disk.full) store.probe().catch(() => undefined);
    Promise.all([
      approvals.expireDue(),
      grants.endDue(),
      inputs.sweep(),
      owed.sweep(),
      conversations.sweep(),
      refusals.sweep(),
    ]).catch((error: unknown) => {
      // A full disk is said once (observed.ts), and what it leaves undone is done by a later sweep.
      if (error instanceof CountersignError && error.code === "disk_full") return;
      log({ level: "error", event: "sweep.failed", error });
    });
  }, sweepMs);
  return () => clearInterval(sweep);
}
