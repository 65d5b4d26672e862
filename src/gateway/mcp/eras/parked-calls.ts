import type { Json } from "../../../shared/json.ts";
import type { BridgedCall } from "./bridged-call.ts";

/** Calls that wait for their client to come back: how many in one session, and for how long. */
const most = 32;
const longestMs = 10 * 60_000;

interface Parked {
  readonly call: BridgedCall;
  /** The request that began it, which the client repeats. */
  readonly request: string;
  readonly timer: NodeJS.Timeout;
}

/** Calls whose client was asked for input, by their state. One whose client stays away is cancelled. */
export class ParkedCalls {
  readonly #parked = new Map<string, Parked>();

  get size(): number {
    return this.#parked.size;
  }

  /** All of them, oldest first. */
  calls(): BridgedCall[] {
    return [...this.#parked.values()].map(({ call }) => call);
  }

  park(call: BridgedCall, request: string): void {
    const timer = setTimeout(() => this.#giveUp(call.state), longestMs).unref();
    this.#parked.set(call.state, { call, request, timer });
    const [oldest] = this.#parked.keys();
    if (this.#parked.size > most && oldest !== undefined) this.#giveUp(oldest);
  }

  /** The call that waits for this client, which repeats its request with nothing else changed; else null. It waits no more. */
  resume(state: Json, request: string): BridgedCall | null {
    const parked = typeof state === "string" ? this.#parked.get(state) : undefined;
    if (parked === undefined || parked.request !== request) return null;
    clearTimeout(parked.timer);
    this.#parked.delete(parked.call.state);
    return parked.call;
  }

  clear(): void {
    for (const { timer } of this.#parked.values()) clearTimeout(timer);
    this.#parked.clear();
  }

  #giveUp(state: string): void {
    const parked = this.#parked.get(state);
    if (parked === undefined) return;
    clearTimeout(parked.timer);
    this.#parked.delete(state);
    parked.call.cancel();
  }
}
