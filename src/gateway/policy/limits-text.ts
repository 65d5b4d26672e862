import type { Limits } from "./limits.ts";

/** A rule's limits in words, for who reads a policy: "60 calls per 60s, 2 at once". */
export function limitsText({ rate, concurrency, callsPerSession, resultBytes }: Limits): string {
  return [
    rate === undefined ? null : `${counted(rate.calls)} per ${seconds(rate.per)}`,
    concurrency === undefined ? null : `${concurrency} at once`,
    callsPerSession === undefined ? null : `${counted(callsPerSession)} a session`,
    resultBytes === undefined ? null : `answers of ${resultBytes} bytes`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

/** A number of calls, in words. */
export function counted(calls: number): string {
  return `${calls} ${calls === 1 ? "call" : "calls"}`;
}

/** A duration of milliseconds in seconds, in words. */
export function seconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
