import type { Outcome, Turn } from "../approvals/turn.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Effect, Subject } from "../policy/policy.ts";
import { internalErrorCode, invalidParamsCode } from "./classify.ts";
import type { Exchange } from "./context.ts";
import { declaredOr, heldCall, seenMessage, unseenMembers } from "./held-call.ts";
import { newCallId, requestEntry, responseEntry, type Request } from "./record.ts";
import { notApproved, stillWaiting } from "./refusal.ts";
import { errorMessage, type RpcFailure } from "./reply.ts";
import { factsOf, run } from "./run.ts";
import { showWaiting } from "./waiting.ts";

type Approve = Extract<Effect, { effect: "approve" }>;

/** Holds a call until it is decided, and runs it if it was approved, at most once, while its caller waits (rule 4). */
export async function holdCall(
  exchange: Exchange,
  request: Request,
  name: string,
  kind: Subject["kind"],
  effect: Approve,
): Promise<void> {
  const { gate, reply } = exchange;
  const call = newCallId();
  const entry = requestEntry(exchange, request, call, name, effect);
  await gate.store.commit((writes) => writes.append("call.request", entry));
  const refused = (failure: RpcFailure, outcome: string, approval: string | null): Promise<void> =>
    answer(exchange, errorMessage(request.id, masked(exchange, failure)), call, outcome, approval);

  const unseen = unseenMembers(request);
  if (unseen !== null) return refused({ code: invalidParamsCode, message: unseen }, "refused", null);
  const tool = await declaredOr(exchange, request, name, kind);
  if ("failure" in tool) return refused(tool.failure, "refused", null);

  const held = heldCall(exchange, request, name, kind, effect, tool);
  const gone = AbortSignal.any([exchange.cancelled, reply.gone, gate.draining]);
  const waiting = showWaiting(exchange, request, effect.approvers);
  let turn: Turn;
  try {
    turn = await gate.approvals.hold(held, gone, (approval) => waiting.start(approval));
  } finally {
    waiting.stop();
  }
  switch (turn.kind) {
    case "run":
      return runApproved(exchange, request, call, turn);
    case "answered":
      return answer(exchange, { ...turn.answer, id: request.id }, call, "joined", turn.approval.id);
    case "refused":
      return refused(notApproved(turn.approval, turn.why), turn.approval.state, turn.approval.id);
    case "gone":
      if (gate.draining.aborted && !reply.gone.aborted)
        return refused(stillWaiting(turn.approval), "gone", turn.approval.id);
      return answer(exchange, null, call, "gone", turn.approval.id);
    default:
      return turn satisfies never;
  }
}

/** The claim is durable: from here the call runs to its end, whether its caller stays or not. */
async function runApproved(
  exchange: Exchange,
  request: Request,
  call: string,
  turn: Extract<Turn, { kind: "run" }>,
): Promise<void> {
  const { reply } = exchange;
  const approval = turn.approval.id;
  const seen = { ...request, message: seenMessage(request) };
  const ran = await run(exchange, seen, Promise.resolve(), new AbortController().signal).catch(
    async (fault: unknown) => {
      const answer = errorMessage(request.id, {
        code: internalErrorCode,
        message: "The gateway failed on this call. Whether it took effect is unknown.",
      });
      const entry = responseEntry(call, "unknown", {
        response: answer,
        hidden: [],
        ms: 0,
        messages: 0,
        whole: true,
        approval,
      });
      const also: Outcome["also"] = (writes) => writes.append("call.response", entry);
      await turn.finish({
        state: "unknown",
        message: "The gateway failed while the call ran; it is not retried.",
        answer,
        also,
      });
      throw fault;
    },
  );
  const entry = responseEntry(call, ran.outcome, { ...factsOf(ran), whole: true, approval });
  const state = ran.outcome === "ok" ? "executed" : ran.outcome === "error" ? "failed" : "unknown";
  const message = {
    executed: "The target answered.",
    failed: "The target answered with an error.",
    unknown: "The target did not answer; whether the call took effect is unknown.",
  }[state];
  await turn.finish({ state, message, answer: ran.response, also: (writes) => writes.append("call.response", entry) });
  reply.end({ message: ran.response, ...(ran.eventId === undefined ? {} : { eventId: ran.eventId }) });
}

async function answer(
  exchange: Exchange,
  message: RpcMessage | null,
  call: string,
  outcome: string,
  approval: string | null,
): Promise<void> {
  const entry = responseEntry(call, outcome, {
    response: message,
    hidden: [],
    ms: 0,
    messages: 0,
    whole: outcome !== "joined",
    approval,
  });
  await exchange.gate.store.commit((writes) => writes.append("call.response", entry));
  if (message !== null) exchange.reply.end({ message });
}

/** A refusal may quote names of the caller's. */
function masked({ connection }: Exchange, failure: RpcFailure): RpcFailure {
  return { ...failure, message: connection.masker.mask(failure.message).value };
}
