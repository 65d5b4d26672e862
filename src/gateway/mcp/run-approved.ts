import { isJsonObject } from "../../shared/json.ts";
import type { TargetMessage } from "../../shared/target.ts";
import type { Outcome } from "../approvals/turn.ts";
import { internalErrorCode } from "./classify.ts";
import type { Exchange, Gate } from "./context.ts";
import { seenMessage } from "./held-call.ts";
import { abandoned, type ClaimedCall } from "./open-inputs.ts";
import { responseEntry, type Request } from "./record.ts";
import { errorMessage } from "./rpc-failure.ts";
import { mostRounds } from "./rounds.ts";
import { factsOf, run, type Ran } from "./run.ts";

/** What the caller is answered; `ended` is false where its target asks for input first. */
interface Answered {
  readonly last: TargetMessage;
  readonly ended: boolean;
}

/**
 * Runs a claimed call, or one round of it, whether its caller stays or not (for as long as UnheardCalls lets it), and makes what came of it durable before it is answered
 * (rule 5). A call whose target asks for input stays claimed.
 */
export async function runApproved(
  exchange: Exchange,
  request: Request,
  call: string,
  claimed: ClaimedCall,
): Promise<Answered> {
  const { approval } = claimed;
  let ran: Ran;
  let questions: Answered | null;
  const { gate, reply } = exchange;
  const unheard = new AbortController();
  reply.share(() => gate.approvals.isJoined(approval.id));
  const unwatch = gate.unheard.watch(
    () => reply.isHeard,
    () => unheard.abort(),
  );
  try {
    const seen = { ...request, message: seenMessage(request) };
    ran = await run(exchange, seen, Promise.resolve(), unheard.signal);
    questions = await ask(exchange, request, call, claimed, ran);
  } catch (fault) {
    await claimed.finish(await faulted(request, call, approval.id));
    throw fault;
  } finally {
    unwatch();
  }
  if (questions !== null) return questions;
  if (asksForInput(request, ran)) {
    const { answer, ...end } = abandoned(approval.id, "The target asked for more input than the gateway carries.");
    ran = { ...ran, response: { ...answer, id: request.id }, hidden: [], outcome: "unknown" };
    await claimed.finish({ ...end, answer: ran.response, also: await recorded(gate, ran, call, approval.id) });
  } else {
    const outcome = await outcomeOf(gate, ran, call, approval.id).catch(async (fault: unknown) => {
      // Its answer can't be written; that it has none then is.
      await claimed.finish(await faulted(request, call, approval.id));
      throw fault;
    });
    await claimed.finish(outcome);
  }
  return { last: messageOf(ran), ended: true };
}

/** Passes the target's questions on with a word of ours for its state; null where it asked nothing, or the call can't go on. */
async function ask(
  exchange: Exchange,
  request: Request,
  call: string,
  claimed: ClaimedCall,
  ran: Ran,
): Promise<Answered | null> {
  const { gate } = exchange;
  const { result } = ran.response;
  if (!asksForInput(request, ran) || !isJsonObject(result) || claimed.asked + 1 >= mostRounds) return null;
  const { requestState: _state, ...said } = result;
  const asked = { ...ran, response: { ...ran.response, result: said } };
  const word = gate.inputs.put({
    approval: claimed.approval,
    lookup: claimed.lookup,
    asked: claimed.asked + 1,
    finish: claimed.finish,
    questions: new Set(isJsonObject(said.inputRequests) ? Object.keys(said.inputRequests) : []),
    state: ran.state,
    untilMs: gate.now() + gate.runtime().config.approvals.reuse,
  });
  if (word === null) return null;
  try {
    await gate.store.commit(await recorded(gate, asked, call, claimed.approval.id, "input_required"));
  } catch (fault) {
    gate.inputs.take(word);
    throw fault;
  }
  const response = { ...asked.response, result: { ...said, requestState: word } };
  return { last: messageOf({ ...asked, response }), ended: false };
}

/** Whether the target asks for input before it goes on (2026-07-28). */
export function asksForInput({ era }: Request, { outcome, response: { result } }: Ran): boolean {
  return era === "modern" && outcome === "ok" && isJsonObject(result) && result.resultType === "input_required";
}

function messageOf({ response: message, eventId }: Ran): TargetMessage {
  return eventId === undefined ? { message } : { message, eventId };
}

async function recorded(
  gate: Gate,
  ran: Ran,
  call: string,
  approval: string,
  outcome: string = ran.outcome,
): Promise<Outcome["also"]> {
  const entry = await responseEntry(call, outcome, { ...factsOf(ran), whole: true, approval });
  await gate.store.prepare(entry);
  return (writes) => writes.append("call.response", entry);
}

async function outcomeOf(gate: Gate, ran: Ran, call: string, approval: string): Promise<Outcome> {
  const state = ran.outcome === "ok" ? "executed" : ran.outcome === "error" ? "failed" : "unknown";
  const message = {
    executed:
      ran.tooLarge === undefined
        ? "The target answered."
        : "The target answered, with more than the rule lets through.",
    failed: "The target answered with an error.",
    unknown: "The target did not answer; whether the call took effect is unknown.",
  }[state];
  return { state, message, answer: ran.response, also: await recorded(gate, ran, call, approval) };
}

/** A fault of ours after the claim: nobody knows what the target did. */
async function faulted(request: Request, call: string, approval: string): Promise<Outcome> {
  const answer = errorMessage(request.id, {
    code: internalErrorCode,
    message: "The gateway failed on this call. Whether it took effect is unknown.",
  });
  const facts = { response: answer, hidden: [], ms: 0, messages: 0, whole: true, approval };
  const entry = await responseEntry(call, "unknown", facts);
  const message = "The gateway failed while the call ran; it is not retried.";
  return { state: "unknown", message, answer, also: (writes) => writes.append("call.response", entry) };
}
