import { z } from "zod";
import type { Held } from "./held.ts";

/** What a process held before the weather, and after it: asked again until it holds no more than before, or `settledMs` are over. */
export interface Span<T> {
  readonly before: T;
  readonly after: T;
}

const count = z.number();
export const heldShape = z.object({
  bytes: count,
  sockets: count,
  responses: count,
  timers: count,
  databases: count,
  files: count,
});

/** Connections that are kept for the next call end by themselves, a minute later at most. */
const settledMs = 75_000;
/** What a heap's own growth may be, in bytes: less than one result in twenty that were passed on would leave. */
export const leewayOfTunnel = 4 * 1024 * 1024;
/** The same; a gateway's own caches grow with its callers. */
export const leewayOfGateway = 16 * 1024 * 1024;

/** Whether neither process holds more than before. */
export function isBack({ tunnel, gateway }: { readonly tunnel: Span<Held>; readonly gateway: Span<Held> }): boolean {
  return isLess(tunnel.after, tunnel.before, leewayOfTunnel) && isLess(gateway.after, gateway.before, leewayOfGateway);
}

function isLess(after: Held, before: Held, leewayBytes: number): boolean {
  const most = new Map<string, unknown>(Object.entries({ ...before, bytes: before.bytes + leewayBytes }));
  return Object.entries(after).every(([name, count]) => Number(count) <= Number(most.get(name) ?? 0));
}

/** Asks until a process holds no more than before, or the time is over. */
export async function settled<T extends Held>(held: () => Promise<T>, before: T, leewayBytes: number): Promise<T> {
  const untilMs = Date.now() + settledMs;
  for (;;) {
    const after = await held();
    if (isLess(after, before, leewayBytes) || Date.now() >= untilMs) return after;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
