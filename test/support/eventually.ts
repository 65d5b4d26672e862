import { vi } from "vitest";

/** How long a condition may take to come true: far beyond any of ours, as a loaded machine may stand still for seconds. */
export const patienceMs = 30_000;

/** Looks again and again until `look` throws no longer, and resolves with what it returned; after `patienceMs` it rejects with its last error. */
export function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: patienceMs, interval: 25 });
}
