import type { Turn } from "../approvals/turn.ts";
import type { RpcMessage, TargetMessage } from "../../shared/target.ts";
import type { Effect, Subject } from "../policy/policy.ts";
import { invalidParamsCode } from "./classify.ts";
import type { Exchange } from "./context.ts";
import { declaredOr, heldCall, unseenMembers } from "./held-call.ts";
import { ladderOf, notYet } from "./ladder.ts";
import { seatOf, underRule } from "./limited.ts";
import { recordCall } from "./record-call.ts";
import { newCallId, requestEntry, responseEntry, type Judged, type Request } from "./record.ts";
import { notApproved, notLetIn, overLimit, stillWaiting } from "./refusal.ts";
import { errorMessage, type RpcFailure } from "./rpc-failure.ts";
import { readRound, withoutState } from "./rounds.ts";
import { runApproved } from "./run-approved.ts";
import { tooLargeToShow } from "./shown-size.ts";
import { showWaiting } from "./waiting.ts";

type Approve = Extract<Effect, { effect: "approve" }>;

/**
 * Holds a call until it is decided, and runs it if it was approved, at most once, while its caller waits (rule 4). A caller whose
 * client would give up before is answered in time, and its next identical call picks up what was decided.
 */
export async function holdCall(
  exchange: Exchange,
  sent: Request,
  name: string,
  kind: Subject["kind"],
  judged: Judged & { readonly effect: Approve },
): Promise<void> {
  const { gate, reply } = exchange;
  const { effect } = judged;
  const startedMs = performance.now();
  const state = sent.era === "modern" ? sent.params.requestState : undefined;
  const request = state === undefined ? sent : withoutState(sent);
  const call = newCallId();
  const entry = requestEntry(exchange, request, call, name, judged);
  await recordCall(exchange, "call.request", entry, judged);
  const refused = (failure: RpcFailure, outcome: string, approval: string | null): Promise<void> =>
    answer(exchange, errorMessage(request.id, masked(exchange, failure)), call, outcome, approval);

  const unseen = unseenMembers(request);
  if (unseen !== null) return refused({ code: invalidParamsCode, message: unseen }, "refused", null);
  const tool = await declaredOr(exchange, request, name, kind);
  if ("failure" in tool) return refused(tool.failure, "refused", null);

  const seat = seatOf(exchange, effect);
  const held = heldCall(exchange, request, name, kind, effect, tool, seat);
  const tooLarge = tooLargeToShow(held);
  if (tooLarge !== null) return refused({ code: invalidParamsCode, message: tooLarge }, "refused", null);
  const round = state === undefined ? null : readRound(state, held.lookup, gate.keyedDigest);
  if (state !== undefined && round === null)
    return refused({ code: invalidParamsCode, message: foreignState }, "refused", null);
  const ladder = ladderOf(exchange, request, round);
  const ended = gate.lasting.signal(exchange.caller.admission, "absent", reply.gone);
  const gone = AbortSignal.any([exchange.cancelled, reply.gone, gate.draining, ended]);
  const waiting = showWaiting(exchange, request);
  // From the request's arrival: the client's own timer runs since then.
  const spent = AbortSignal.timeout(Math.max(0, ladder.budgetMs - Math.floor(performance.now() - startedMs)));
  let turn: Turn;
  try {
    const caller = { call, gone, spent, continues: round?.approval ?? null };
    const wait = () => gate.approvals.hold(held, caller, (approval) => waiting.start(approval));
    turn = await gate.traces.step("hold", wait);
  } catch (error) {
    seat.leave();
    throw error;
  } finally {
    waiting.stop();
  }
  if (turn.kind === "limited")
    return refused(overLimit(turn.exceeded, effect.rule.name, turn.approval?.id ?? null), "refused", null);
  const approval = turn.approval.id;
  const answering = underRule(exchange, effect);
  switch (turn.kind) {
    case "run": {
      const { approval: record, finish } = turn;
      const claimed = { approval: record, lookup: held.lookup, asked: 0, finish };
      const { last, ended } = await runApproved(answering, request, call, claimed).finally(() => seat.leave());
      return ended ? deliver(exchange, last, approval) : reply.end(last);
    }
    case "answered": {
      // By whoever ran it.
      exchange.sent.yes = true;
      const message = { ...remasked(answering, turn.answer), id: request.id };
      return answer(exchange, message, call, turn.again ? "repeated" : "joined", approval);
    }
    case "refused":
      return refused(notApproved(turn.approval, turn.why), turn.approval.state, approval);
    case "waits":
      return answer(exchange, notYet(exchange, request, turn.approval, ladder, round), call, "waits", approval);
    case "gone":
      if (ended.aborted && !reply.gone.aborted)
        return refused(notLetIn(turn.approval, ended.reason === "revoked"), "gone", approval);
      if (gate.draining.aborted && !reply.gone.aborted) return refused(stillWaiting(turn.approval), "gone", approval);
      return answer(exchange, null, call, "gone", approval);
    default:
      return turn satisfies never;
  }
}

const foreignState =
  "The requestState is not what the gateway gave for this very call. Make the call again without it. Nothing was run.";

/** Records the gateway's own answer to a held call, or that its caller has gone (`message` null), and gives it. */
export async function answer(
  exchange: Exchange,
  message: RpcMessage | null,
  call: string,
  outcome: string,
  approval: string | null,
): Promise<void> {
  const whole = outcome !== "joined" && outcome !== "repeated";
  const facts = { response: message, hidden: [], ms: 0, messages: 0, whole, approval };
  const entry = await responseEntry(call, outcome, facts);
  await exchange.gate.store.prepare(entry);
  await exchange.gate.store.commit((writes) => writes.append("call.response", entry));
  if (message === null) return exchange.reply.abandon();
  // Being told to come back is no answer: the decision is still owed.
  if (approval === null || outcome === "waits" || outcome === "gone") return exchange.reply.end({ message });
  await deliver(exchange, { message }, approval);
}

/** Sends the answer, and notes if it reached the caller; an answer that nobody got is kept for the identical call. */
export async function deliver(
  { gate, reply, cancelled }: Exchange,
  last: TargetMessage,
  approval: string,
): Promise<void> {
  // A client that has cancelled reads the answer no more.
  if (cancelled.aborted) return reply.abandon();
  reply.end(last);
  if (await reply.delivered()) await gate.approvals.delivered(approval);
}

/** A kept answer is masked as it was when it came; what is masked only by today's configuration is hidden now. */
function remasked({ connection }: Exchange, message: RpcMessage): RpcMessage {
  const { result, error } = message;
  if (result !== undefined) return { ...message, result: connection.masker.mask(result).value };
  return error === undefined ? message : { ...message, error: connection.masker.mask(error).value };
}

/** A refusal may quote names of the caller's. */
export function masked({ connection }: Exchange, failure: RpcFailure): RpcFailure {
  return { ...failure, message: connection.masker.mask(failure.message).value };
}
