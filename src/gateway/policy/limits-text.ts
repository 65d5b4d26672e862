import type { Limits } from "./limits.ts";

/** A rule's limits in words, for who reads a policy: "60 calls per 1m, 2 at once". */
export function limitsText({ rate, concurrency, callsPerSession, resultBytes }: Limits): string {
  return [
    rate === undefined ? null : `${counted(rate.calls)} per ${durationText(rate.per)}`,
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

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** A duration of milliseconds as gateway.yaml writes it, in the largest unit that divides it: `8h`, `90s`. */
export function durationText(milliseconds: number): string {
  const [unit, length] = units.find(([, each]) => milliseconds > 0 && milliseconds % each === 0) ?? ["ms", 1];
  return `${milliseconds / length}${unit}`;
}
