import { isOwed } from "../grants/using.ts";
import type { Terms } from "../policy/policy.ts";
import type { Exchange } from "./context.ts";
import { lookupOf } from "./held-call.ts";
import { seatOf, tooManyPending } from "./limited.ts";
import type { Request } from "./record.ts";
import { overLimit } from "./refusal.ts";
import type { RpcFailure } from "./rpc-failure.ts";

/**
 * Why a call can't be held, where that is plain at once: a limit stands against it, and no approval or answer waits for the identical
 * call. So a flood costs its target nothing. What only shows later, as others come at the same time, the commit that opens the approval refuses.
 */
export function plainlyLimited(exchange: Exchange, request: Request, name: string, terms: Terms): RpcFailure | null {
  const { gate, caller } = exchange;
  const pending = gate.store.approvals.pendingOf(caller.principal.person);
  const exceeded = tooManyPending(exchange, pending) ?? seatOf(exchange, terms).against();
  // A further round has an approval of its own, however that ended.
  if (exceeded === null || request.params.requestState !== undefined) return null;
  if (isOwed(gate.store, lookupOf(exchange, request, name), gate.now())) return null;
  return overLimit(exceeded, terms.rule.name, null);
}
