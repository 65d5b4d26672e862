import { count } from "./count.ts";

export const denyAll = {
  open: "Deny all…",
  title: (n: number) =>
    `Deny ${n === 1 ? "the request" : `all ${count(n, "request", "requests")}`} that the list shows, with this reason:`,
  reason: "Reason for all",
  keep: "Keep",
  deny: (n: number) => `Deny ${n.toLocaleString("en")}`,
} as const;
