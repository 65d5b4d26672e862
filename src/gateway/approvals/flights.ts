import type { RpcMessage } from "../../shared/target.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { Flight } from "./flight.ts";

/** The approvals that callers of this process wait for, each with its flight; one nobody waits for any more is forgotten. */
export class Flights {
  readonly #flights = new Map<string, Flight<RpcMessage>>();

  /** Counts one more caller of this approval; each `join` needs its `leave`. */
  join(id: string): Flight<RpcMessage> {
    const flight = this.#flights.get(id) ?? new Flight<RpcMessage>();
    this.#flights.set(id, flight);
    flight.waiters += 1;
    return flight;
  }

  leave(id: string, flight: Flight<RpcMessage>): void {
    flight.waiters -= 1;
    if (flight.waiters === 0) this.#flights.delete(id);
  }

  /** Whether callers besides the one that runs it wait for it now. */
  isJoined(id: string): boolean {
    return (this.#flights.get(id)?.waiters ?? 0) > 1;
  }

  /** Tells everyone who waits for this approval how it stands now. */
  change(record: ApprovalRecord): void {
    this.#flights.get(record.id)?.change(record);
  }
}
