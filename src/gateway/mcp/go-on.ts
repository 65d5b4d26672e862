import { isJsonObject } from "../../shared/json.ts";
import type { Effect, Subject } from "../policy/policy.ts";
import { invalidParamsCode } from "./classify.ts";
import type { Exchange } from "./context.ts";
import { declaredOr, heldCall, unseenMembers } from "./held-call.ts";
import { answer, deliver, masked } from "./hold.ts";
import { seatOf, underRule } from "./limited.ts";
import { abandoned, type OpenInput } from "./open-inputs.ts";
import { recordCall } from "./record-call.ts";
import { newCallId, requestEntry, type Judged, type Request } from "./record.ts";
import { overLimit } from "./refusal.ts";
import { errorMessage, type RpcFailure } from "./rpc-failure.ts";
import { withoutState } from "./rounds.ts";
import { runApproved } from "./run-approved.ts";

/**
 * A round of a held call whose target has asked for input: the approval that its first round claimed covers it, once, as long as it is
 * the very same call of the same principal and answers nothing but what was asked (docs/protocol.md, "Held calls").
 */
export async function goOn(
  exchange: Exchange,
  sent: Request,
  word: string,
  name: string,
  kind: Subject["kind"],
  judged: Judged & { readonly effect: Extract<Effect, { effect: "approve" }> },
): Promise<void> {
  const { gate, reply, cancelled } = exchange;
  const { effect } = judged;
  const request = withoutState(sent);
  const call = newCallId();
  const entry = requestEntry(exchange, request, call, name, judged);
  await recordCall(exchange, "call.request", entry, judged);
  const refused = (failure: RpcFailure): Promise<void> =>
    answer(exchange, errorMessage(request.id, masked(exchange, failure)), call, "refused", null);

  const input = gate.inputs.of(word);
  if (input === undefined) return refused(notOurs);
  const unseen = unseenMembers(request, ["inputResponses"]) ?? unaskedAnswer(request, input);
  if (unseen !== null) return refused({ code: invalidParamsCode, message: unseen });
  const tool = await declaredOr(exchange, request, name, kind);
  if ("failure" in tool) return refused(tool.failure);
  const seat = seatOf(exchange, effect);
  const held = heldCall(exchange, request, name, kind, effect, tool, seat);
  if (held.lookup !== input.lookup) return refused(notOurs);
  // Only while a caller waits (rule 4). The word stays good.
  if (reply.gone.aborted || cancelled.aborted) return answer(exchange, null, call, "gone", input.approval.id);
  const exceeded = seat.occupy();
  if (exceeded !== null) return refused(overLimit(exceeded, effect.rule.name, null));
  try {
    // Asked again: while the tool was looked up, the same word may have come twice.
    if (!gate.inputs.take(word)) return await refused(notOurs);
    const { approval } = input;
    const same = tool.fingerprint === approval.fingerprint && held.place === approval.place;
    const why = same ? held.refusalNow(approval) : "The target or the tool has changed since it was approved.";
    if (why !== null) {
      const end = abandoned(approval.id, why);
      await input.finish(end);
      return await answer(exchange, { ...end.answer, id: request.id }, call, "unknown", approval.id);
    }
    const asked = withTargetState(request, input);
    const { last, ended } = await runApproved(underRule(exchange, effect), asked, call, input);
    if (!ended) return reply.end(last);
    await deliver(exchange, last, approval.id);
  } finally {
    seat.leave();
  }
}

const notOurs: RpcFailure = {
  code: invalidParamsCode,
  message:
    "The requestState is not, or no longer, what the gateway gave for this very call. Make the call again without it. This round was not run.",
};

/** An answer to nothing that was asked would be an argument that nobody approved. */
function unaskedAnswer({ params }: Request, { questions }: OpenInput): string | null {
  const { inputResponses } = params;
  if (inputResponses === undefined) return null;
  if (!isJsonObject(inputResponses)) return "inputResponses must be an object.";
  const other = Object.keys(inputResponses).find((key) => !questions.has(key));
  return other === undefined ? null : `The target did not ask for “${other}”. This round was not run.`;
}

/** The round as the target knows it, with the state that it gave. */
function withTargetState(request: Request, { state }: OpenInput): Request {
  if (state === undefined) return request;
  const params = { ...request.params, requestState: state };
  return { ...request, params, message: { ...request.message, params } };
}
