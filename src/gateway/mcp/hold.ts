import { createHash } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { TargetError, type RpcMessage } from "../../shared/target.ts";
import type { HeldCall, Turn } from "../approvals/approvals.ts";
import type { Effect, Subject } from "../policy/policy.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { declaredTool, type DeclaredTool } from "./catalogue.ts";
import { invalidParamsCode } from "./classify.ts";
import type { Exchange } from "./context.ts";
import { newCallId, requestEntry, responseEntry, type Request } from "./record.ts";
import { notApproved, targetFailure } from "./refusal.ts";
import { errorMessage, type RpcFailure } from "./reply.ts";
import { factsOf, run } from "./run.ts";
import { showWaiting } from "./waiting.ts";

type Approve = Extract<Effect, { effect: "approve" }>;
const holdable = new Set(["tools/call", "resources/read", "prompts/get"]);
/** What of `_meta` belongs to the protocol. The rest would reach the target unseen by the approver. */
const protocolMeta = /^(progressToken|traceparent|tracestate|baggage|io\.modelcontextprotocol\/.+)$/;

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
    answer(exchange, errorMessage(request.id, failure), call, outcome, approval);

  const unseen = unseenMembers(request);
  if (unseen !== null) return refused({ code: invalidParamsCode, message: unseen }, "refused", null);
  const tool = await declaredOr(exchange, request, name, kind);
  if ("failure" in tool) return refused(tool.failure, "refused", null);

  const held = heldCall(exchange, request, name, kind, effect, tool);
  const gone = AbortSignal.any([exchange.cancelled, reply.gone]);
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
  const ran = await run(
    exchange,
    { ...request, message: seenMessage(request) },
    Promise.resolve(),
    new AbortController().signal,
  );
  const approval = turn.approval.id;
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

function heldCall(
  exchange: Exchange,
  request: Request,
  name: string,
  kind: Subject["kind"],
  effect: Approve,
  tool: DeclaredTool,
): HeldCall {
  const { gate, caller, connection, session, headers } = exchange;
  const shown = argumentsOf(request);
  const { value, hidden } = connection.masker.mask(shown);
  const subject = { method: request.method, connection: connection.name, name, arguments: shown };
  return {
    principal: caller.principal,
    connection: connection.name,
    tool: connection.masker.mask(name).value,
    fingerprint: tool.fingerprint,
    description: tool.description === null ? null : connection.masker.mask(tool.description).value,
    annotations: tool.annotations === null ? null : connection.masker.mask(tool.annotations).value,
    payload: { arguments: value, hidden: hidden.map(({ path, kind: as }) => ({ path, kind: as })) },
    argumentsDigest: gate.keyedDigest(subject),
    lookup: gate.keyedDigest({ ...subject, principal: caller.principal.id }),
    effect,
    client: session.client,
    device: caller.device,
    fingerprintNow: async () => {
      if (kind !== "tool") return tool.fingerprint;
      const now = await declaredTool(
        session.target,
        name,
        request.params,
        headers,
        AbortSignal.timeout(connection.timeoutMs),
      ).catch(() => null);
      return now?.fingerprint ?? "";
    },
    refusalNow: (record) => refusalNow(exchange, record, name, kind),
  };
}

/** Checked again inside the claim: the caller's token and today's rules (rule 4). */
function refusalNow(
  { gate, connection }: Exchange,
  record: ApprovalRecord,
  name: string,
  kind: Subject["kind"],
): string | null {
  const principal = gate.present.current(record.requester.id);
  if (principal === undefined) return "Your sign-in ended while the call was held. Sign in again.";
  const effect = gate.runtime().policy.decide({ principal, connection: connection.name, kind, name });
  if (effect.effect !== "approve" || effect.rule.version !== record.rule.version)
    return "The rules have changed since it was approved.";
  return null;
}

async function declaredOr(
  exchange: Exchange,
  request: Request,
  name: string,
  kind: Subject["kind"],
): Promise<DeclaredTool | { readonly failure: RpcFailure }> {
  const { connection, session, headers } = exchange;
  if (kind !== "tool") {
    const fingerprint = createHash("sha256").update(`${request.method} ${name}`).digest("base64url");
    return { name, description: null, annotations: null, fingerprint };
  }
  try {
    const tool = await declaredTool(
      session.target,
      name,
      request.params,
      headers,
      AbortSignal.timeout(connection.timeoutMs),
    );
    return tool ?? { failure: { code: invalidParamsCode, message: `Unknown tool: ${name}` } };
  } catch (error) {
    if (error instanceof TargetError) return { failure: targetFailure(error, connection.name) };
    throw error;
  }
}

/** What the approver is shown, and all of the parameters that the target will get besides the name. */
function argumentsOf({ method, params }: Request): Json {
  return method === "resources/read" ? { uri: params.uri ?? null } : (params.arguments ?? {});
}

function unseenMembers({ method, params }: Request): string | null {
  if (!holdable.has(method)) return `A rule holds this, but ${method} cannot be held. Nothing was run.`;
  const known = method === "resources/read" ? ["uri", "_meta"] : ["name", "arguments", "_meta"];
  const other = Object.keys(params).find((key) => !known.includes(key));
  return other === undefined ? null : `A held call may carry only ${known.join(", ")}; it has “${other}” as well.`;
}

function seenMessage({ message, params }: Request): RpcMessage {
  if (!isJsonObject(params._meta)) return message;
  const meta: JsonObject = Object.fromEntries(Object.entries(params._meta).filter(([key]) => protocolMeta.test(key)));
  return { ...message, params: { ...params, _meta: meta } };
}
