import type { Verdict } from "../../shared/approval.ts";
import { count } from "./count.ts";

const done = { approve: "approved", deny: "denied" } as const;

/** What is said of several requests that one press decided, and that were not all recorded. */
export const together = {
  lead: (verdict: Verdict, failed: number, of: number) =>
    `${failed} of ${of} ${failed === 1 ? "was" : "were"} not ${done[verdict]} by you.`,
  late: (n: number) => `${count(n, "request", "requests")} had ended before your decision came.`,
  because: (n: number, why: string) => `${count(n, "request", "requests")}: ${why}`,
  unsent: (n: number) =>
    `${count(n, "request was", "requests were")} not sent, since the gateway had stopped answering: decide again once it is back.`,
  dismiss: "Dismiss",
} as const;
