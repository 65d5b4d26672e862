import type { ApprovalState, Risk } from "../../shared/approval.ts";
import { requestsWait } from "./tray.ts";

const ranBy = (by: string | null): string => (by === null ? "Approved" : `Approved by ${by}`);
const approved = { title: "Approved", body: (by: string | null) => `${ranBy(by)}. The call runs.` };
const deniedBy = (by: string | null): string => (by === null ? "Denied" : `Denied by ${by}`);

interface OutcomeWords {
  readonly title: string;
  readonly body: (by: string | null) => string;
}

/** What notifications say; names come ready to be shown, times as `14:36`. */
export const notices = {
  asks: (who: string, tool: string, connection: string) => `${who} asks to run ${tool} on ${connection}`,
  waits: "A request waits",
  risk: {
    low: "Low risk",
    medium: "Medium risk",
    high: "High risk",
    critical: "Critical risk",
  } satisfies Record<Risk, string>,
  unlessDecided: (risk: string, until: string) => `${risk}. Denied at ${until} unless decided.`,
  quick: {
    end: (risk: string, until: string) => `${risk}. Denied at ${until}.`,
    noArguments: "No arguments",
    hidden: (count: number) => (count === 1 ? "1 value is hidden" : `${count} values are hidden`),
    deny: "Deny",
    approve: "Approve",
  },
  crowd: {
    locked: "Many requests wait",
    title: "Many requests wait for you",
    body: (until: string) => `The first is denied at ${until} unless decided. Open the inbox.`,
  },
  missed: {
    own: (count: number) => (count === 1 ? "1 request of yours" : `${count} requests of yours`),
    ended: (own: string) => `${own} came to an end`,
    after: (count: number) => `After quiet hours: ${requestsWait(count)}`,
    during: (what: string) => `In quiet hours ${what}`,
  },
  session: {
    needed: {
      title: "Sign in again",
      body: "Your sign-in has ended. Calls are refused and decisions wait until then.",
    },
    asked: {
      title: "A call waits for your sign-in",
      hidden: "Open Countersign to sign in, or to put it off.",
      wants: (name: string, connection: string) =>
        `${name === "" ? "A call" : name} on ${connection} takes a fresh or a stronger sign-in. Open Countersign to sign in, or to put it off.`,
    },
    ends: (minutes: 10 | 1) => `Your sign-in ends in ${minutes === 1 ? "a minute" : "ten minutes"}`,
    until: (at: string) => `It can’t be renewed by itself after ${at}. Calls go on while you sign in again.`,
  },
  device: {
    enrolled: "A device was enrolled for you",
    named: (names: string) => `${names}. If that was not you, remove it in Countersign.`,
    unnamed: "If that was not you, remove it in Countersign.",
  },
  test: {
    title: "Countersign test notification",
    body: "Click it. The settings then say that the click came back.",
  },
  decided: "A request of yours was decided",
  outcomeTitle: (what: string, tool: string, connection: string) => `${what}: ${tool} on ${connection}`,
  outcome: {
    pending: null,
    // The requester's own doing.
    withdrawn: null,
    approved: {
      title: "Approved",
      body: (by) => `${ranBy(by)}. It runs while its caller waits, or when it is repeated.`,
    },
    claimed: approved,
    executed: approved,
    failed: { title: "Failed", body: (by) => `${ranBy(by)}. The server answered with an error or not at all.` },
    unknown: { title: "Outcome unknown", body: (by) => `${ranBy(by)}. It may have taken effect.` },
    denied: { title: "Denied", body: (by) => `${deniedBy(by)}. Nothing was run.` },
    expired: { title: "Denied", body: () => "Nobody decided in time. Nothing was run." },
    lapsed: { title: "Not run", body: (by) => `${ranBy(by)}, but not repeated in time.` },
  } satisfies Record<ApprovalState, OutcomeWords | null> as Record<ApprovalState, OutcomeWords | null>,
} as const;
