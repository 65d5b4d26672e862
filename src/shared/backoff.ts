/** How long to wait before try number `attempt` (from 0), in ms: exponential with full jitter, 30 s at most. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 16)));
}

const firstMs = 500;
const longestMs = 30_000;
