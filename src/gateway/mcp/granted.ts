import type { GrantedCall } from "../grants/offer.ts";
import type { Effect, Subject } from "../policy/policy.ts";
import type { GrantRecord } from "../store/grants.ts";
import type { Exchange } from "./context.ts";
import { declaredOr, heldCall, seenMessage, unseenMembers } from "./held-call.ts";
import { finish, lifetime } from "./lifetime.ts";
import { seatOf, underRule } from "./limited.ts";
import { recordAnswer } from "./record-answer.ts";
import { commitCall } from "./record-call.ts";
import { newCallId, requestEntry, responseEntry, type Judged, type Request } from "./record.ts";
import { overLimit, refusalCodes } from "./refusal.ts";
import { errorMessage, type RpcFailure } from "./rpc-failure.ts";
import { factsOf, run, type Ran } from "./run.ts";
import { asksForInput } from "./run-approved.ts";

type Approve = Extract<Effect, { effect: "approve" }>;

/**
 * Runs a call that a rule would hold where an approver's grant stands for it, and answers whether it did. The use is counted and the
 * request recorded in one commit before anything is forwarded; whatever stands against it leaves the call to be held, but for the
 * rule's limits, which `refuse` it.
 */
export async function runGranted(
  exchange: Exchange,
  request: Request,
  name: string,
  kind: Subject["kind"],
  judged: Judged & { readonly effect: Approve },
  refuse: (failure: RpcFailure) => Promise<void>,
): Promise<boolean> {
  const { gate, caller, connection } = exchange;
  const { effect } = judged;
  if (kind !== "tool" || effect.grants === undefined || unseenMembers(request) !== null) return false;
  // What is null instead of an object was not what the approver saw: it is held, and shown as it is.
  const { arguments: given = {} } = request.params;
  const asked: GrantedCall = {
    principal: caller.principal.id,
    connection: connection.name,
    tool: name,
    arguments: given,
  };
  if (!gate.grants.mayServe(asked, effect.rule.version)) return false;
  const tool = await declaredOr(exchange, request, name, kind);
  // Holding it comes upon the same, and records its refusal.
  if ("failure" in tool) return false;
  const call = newCallId();
  const seat = seatOf(exchange, effect);
  const held = heldCall(exchange, request, name, kind, effect, tool, seat);
  const entry = requestEntry(exchange, request, call, name, judged);
  const away = lifetime(exchange, request);
  try {
    const use = await commitCall(exchange, judged, (writes) => {
      // Nobody waits for it any more: no use is spent.
      if (away.aborted || exchange.reply.gone.aborted) return null;
      const taken = gate.grants.use(writes, held, asked, { id: call, admit: () => seat.occupy() ?? seat.charge() });
      if (taken?.kind === "used")
        writes.append("call.request", { ...entry, effect: "approve+grant", grant: named(taken.grant) });
      return taken;
    });
    if (use === null) return false;
    if (use.kind === "limited") await refuse(overLimit(use.exceeded, effect.rule.name, null));
    else await answer(underRule(exchange, effect), request, call, use.grant, away);
    return true;
  } finally {
    seat.leave();
  }
}

async function answer(
  exchange: Exchange,
  request: Request,
  call: string,
  grant: GrantRecord,
  away: AbortSignal,
): Promise<void> {
  const seen = { ...request, message: seenMessage(request) };
  const asking = request.era === "legacy" ? withoutQuestions(exchange) : exchange;
  const ran = withoutRounds(request, await run(asking, seen, Promise.resolve(), away));
  const said = await responseEntry(call, ran.outcome, { ...factsOf(ran), whole: true, approval: null });
  const entry = { ...said, grant: grant.id };
  await recordAnswer(exchange.gate, call, entry);
  await finish(exchange, ran.sessionLost);
  exchange.reply.end(
    { message: ran.response, ...(ran.eventId === undefined ? {} : { eventId: ran.eventId }) },
    ran.status,
  );
}

/** A grant covers the arguments that are sent, not what would be asked for afterwards: such a call ends here. */
function withoutRounds(request: Request, ran: Ran): Ran {
  if (!asksForInput(request, ran)) return ran;
  const message =
    "The target asks for input, which a grant does not cover. Whether the call took effect is unknown; check before you repeat it.";
  const failure = { code: refusalCodes.targetFailed, message, data: { code: "outcome_unknown" } };
  return { ...ran, response: errorMessage(request.id, failure), hidden: [], outcome: "unknown" };
}

/** The same for a legacy session, where the target would ask while the call runs: no rule lets it, as long as this call is what it asks for. */
function withoutQuestions(exchange: Exchange): Exchange {
  const { runtime } = exchange;
  return { ...exchange, runtime: { ...runtime, policy: { ...runtime.policy, mayAsk: () => false } } };
}

function named({ id, approval, by }: GrantRecord): { id: string; approval: string; by: { id: string; name: string } } {
  return { id, approval, by: { id: by.id, name: by.name } };
}
