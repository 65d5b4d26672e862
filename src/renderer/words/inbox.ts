import { count } from "./count.ts";

export const inbox = {
  list: "Requests waiting for you",
  listbox: "Requests, soonest expiry first",
  search: "Search requests",
  searchHint: "Search tool, person, connection",
  note: (n: number) => (n === 0 ? "Nothing waits for you" : `${count(n, "waits", "wait")} for you`),
  noteFound: (found: number, all: number) => `${found} of ${all} found`,
  order: "Soonest expiry first",
  none: "None matches the search.",
  clock: (time: string) => `Gateway’s clock ${time}`,
  option: (tool: string, connection: string, risk: string, name: string) =>
    `${tool} on ${connection}, ${risk}, from ${name}`,
  optionUntil: (time: string) => `Expires at ${time}`,
  arrived: (tool: string, connection: string, risk: string, name: string) =>
    `New request: ${name} wants to run ${tool} on ${connection}. Risk ${risk}.`,
  emptyTitle: "Nothing waits for you",
  empty: "A new request shows here by itself. The tray app also notifies you of it.",
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
