import type { Outcome, Turn } from "../approvals/turn.ts";
import { internalErrorCode } from "./classify.ts";
import type { Exchange } from "./context.ts";
import { seenMessage } from "./held-call.ts";
import { responseEntry, type Request } from "./record.ts";
import { errorMessage } from "./reply.ts";
import { factsOf, run, type Ran } from "./run.ts";

/** Runs a claimed call to its end, whether its caller stays or not, and makes its outcome durable before it is answered (rule 5). */
export async function runApproved(
  exchange: Exchange,
  request: Request,
  call: string,
  turn: Extract<Turn, { kind: "run" }>,
): Promise<Ran> {
  const seen = { ...request, message: seenMessage(request) };
  let ran: Ran;
  try {
    ran = await run(exchange, seen, Promise.resolve(), new AbortController().signal);
  } catch (fault) {
    await turn.finish(faulted(request, call, turn.approval.id));
    throw fault;
  }
  const entry = responseEntry(call, ran.outcome, { ...factsOf(ran), whole: true, approval: turn.approval.id });
  const state = ran.outcome === "ok" ? "executed" : ran.outcome === "error" ? "failed" : "unknown";
  const message = {
    executed:
      ran.tooLarge === undefined
        ? "The target answered."
        : "The target answered, with more than the rule lets through.",
    failed: "The target answered with an error.",
    unknown: "The target did not answer; whether the call took effect is unknown.",
  }[state];
  await turn.finish({ state, message, answer: ran.response, also: (writes) => writes.append("call.response", entry) });
  return ran;
}

/** A fault of ours after the claim: nobody knows what the target did. */
function faulted(request: Request, call: string, approval: string): Outcome {
  const answer = errorMessage(request.id, {
    code: internalErrorCode,
    message: "The gateway failed on this call. Whether it took effect is unknown.",
  });
  const facts = { response: answer, hidden: [], ms: 0, messages: 0, whole: true, approval };
  const entry = responseEntry(call, "unknown", facts);
  const message = "The gateway failed while the call ran; it is not retried.";
  return { state: "unknown", message, answer, also: (writes) => writes.append("call.response", entry) };
}
