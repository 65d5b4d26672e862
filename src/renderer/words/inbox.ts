import type { ApprovalState, ApprovalView } from "../../shared/approval.ts";
import { count } from "./count.ts";

export const inbox = {
  list: "Requests waiting for you",
  listbox: "Requests, soonest expiry first",
  search: "Search requests",
  searchHint: "Search tool, person, connection",
  note: (n: number) => (n === 0 ? "Nothing waits for you" : `${count(n, "waits", "wait")} for you`),
  noteFound: (found: number, all: number) => `${found.toLocaleString("en")} of ${all.toLocaleString("en")} found`,
  noteAll: (all: number, mine: number) => `${count(all, "pending", "pending")}, ${mine.toLocaleString("en")} for you`,
  fresh: (n: number) => `${n.toLocaleString("en")} new at the end`,
  filters: "Filters",
  filtersClear: "Clear filters",
  filterRisk: "Risk",
  anyRisk: "Any risk",
  filterConnection: "Connection",
  anyConnection: "Any connection",
  mine: "Only mine to decide",
  others: (n: number) => `Show ${count(n, "request that waits", "requests that wait")} for others`,
  /** Beside a pending request that the reader can’t approve, and beside one that ended while the pointer was over the list. */
  standing: {
    decide: null,
    deny: "Deny only",
    decided: "Approved by you",
    "not-their-step": "Not your step",
    none: "Not yours",
  } satisfies Record<ApprovalView["standing"], string | null>,
  ended: {
    approved: "Approved",
    denied: "Denied",
    expired: "Expired",
    withdrawn: "Withdrawn",
    claimed: "Approved, running",
    executed: "Approved, ran",
    failed: "Approved, failed",
    unknown: "Outcome unknown",
    lapsed: "Lapsed",
  } satisfies Record<Exclude<ApprovalState, "pending">, string>,
  /** Beside each of several requests that one press approves. */
  equal: (n: number) => `${n.toLocaleString("en")} equal`,
  order: "Soonest expiry first",
  none: "None matches the search and filters.",
  clock: (time: string) => `Gateway’s clock ${time}`,
  option: (tool: string, connection: string, risk: string, name: string) =>
    `${tool} on ${connection}, ${risk} risk, asked for by ${name}`,
  minutesLeft: (n: number) => (n <= 1 ? "less than a minute left" : `less than ${count(n, "minute", "minutes")} left`),
  emptyTitle: "Nothing waits for you",
  empty: "A new request shows here by itself. The tray app also notifies you of it.",
  emptyInBrowser: "A new request shows here by itself, while this page is open.",
  emptyOffline: "As last seen. What waits now shows when the gateway is back.",
  allClear: "Choose a request from the list.",
  back: "All requests",
  next: "Next request",
} as const;

export const quorum = {
  meter: (have: number, need: number) => `${have} of ${need} approvals`,
  short: (have: number, need: number) => `${have} of ${need}`,
  step: (step: number, of: number) => `Step ${step} of ${of}. `,
  line: (have: number, need: number, names: readonly string[]) =>
    `${have} of ${need} approvals${names.length === 0 ? "" : `: ${names.join(", ")}`}.`,
} as const;
