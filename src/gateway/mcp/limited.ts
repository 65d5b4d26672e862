import type { Counted, Exceeded } from "../policy/limits.ts";
import type { Terms } from "../policy/policy.ts";
import type { Exchange } from "./context.ts";
import { overLimit } from "./refusal.ts";
import type { RpcFailure } from "./rpc-failure.ts";

/** The limit on requests that wait, where so many of this person's wait already; else null. */
export function tooManyPending({ gate }: Exchange, pending: number): Exceeded | null {
  const most = gate.runtime().config.approvals.mostPending;
  return pending < most ? null : { code: "too_many_pending", most };
}

/** What the limits of a call's rule have to do with one call. */
export interface Seat {
  /** Counts the call against rate and session: null, or the limit. */
  charge(): Exceeded | null;
  /** What `charge` would say; nothing is counted. */
  against(): Exceeded | null;
  /** Takes a place among the calls that run at once: null, or the limit. */
  occupy(): Exceeded | null;
  /** Gives that place up, if it was taken. */
  leave(): void;
}

/** The seat of one call under the rule that lets it through. */
export function seatOf({ gate, caller, session }: Exchange, { rule, limits }: Terms): Seat {
  if (limits === undefined) return unlimited;
  const counted: Counted = { rule, limits, person: caller.principal.person, session };
  let leave: (() => void) | null = null;
  return {
    charge: () => gate.limits.charge(counted),
    against: () => gate.limits.against(counted),
    occupy() {
      const taken = gate.limits.occupy(counted);
      if (typeof taken !== "function") return taken;
      leave = taken;
      return null;
    },
    leave: () => leave?.(),
  };
}

const unlimited: Seat = { charge: () => null, against: () => null, occupy: () => null, leave: () => undefined };

/** Runs an allowed call within its rule's limits, or refuses it by the one that it would exceed. */
export async function withinLimits(
  exchange: Exchange,
  terms: Terms,
  run: () => Promise<void>,
  refuse: (failure: RpcFailure) => Promise<void>,
): Promise<void> {
  if (terms.limits === undefined) return run();
  const seat = seatOf(exchange, terms);
  // The place first: a call that finds none costs nothing of the rate.
  const exceeded = seat.occupy() ?? seat.charge();
  try {
    await (exceeded === null ? run() : refuse(overLimit(exceeded, terms.rule.name, null)));
  } finally {
    seat.leave();
  }
}

/** The exchange as the rule that lets its call through has its answer: how large, and with which binary content. */
export function underRule(exchange: Exchange, { rule, limits, binary }: Terms): Exchange {
  const mostBytes = limits?.resultBytes;
  if (mostBytes === undefined && binary === undefined) return exchange;
  const { connection } = exchange;
  return {
    ...exchange,
    ...(mostBytes === undefined ? {} : { answerLimit: { rule: rule.name, mostBytes } }),
    ...(binary === undefined ? {} : { connection: { ...connection, masker: connection.masker.withBinary(binary) } }),
  };
}
