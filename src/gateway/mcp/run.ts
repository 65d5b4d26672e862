import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { TargetError, type RpcMessage, type StreamSign } from "../../shared/target.ts";
import type { Hidden } from "../../shared/approval.ts";
import { ask, noteCancelled, type Stage } from "./asking.ts";
import { refusedInput, towardsClient, towardsTarget, type MayAsk } from "./capabilities.ts";
import { AnswerSize } from "./answer-size.ts";
import type { Exchange } from "./context.ts";
import { errorOf, forward } from "./forward.ts";
import { metaKeys } from "./eras/revisions.ts";
import { classOf } from "./methods.ts";
import type { Request, RunFacts } from "./record.ts";
import { targetFailure } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";
import type { Reply } from "./reply.ts";

/** How one forwarded request ended: the masked response for the client, and what the record says of it. */
export interface Ran {
  readonly response: RpcMessage;
  readonly eventId: string | undefined;
  readonly hidden: readonly Hidden[];
  readonly outcome: "ok" | "error" | "unknown" | "cancelled";
  /** HTTP status, where the answer is no stream. */
  readonly status: number;
  readonly ms: number;
  readonly messages: number;
  readonly sessionLost: boolean;
  /** How large the answer was, where that was more than the rule lets through; then `response` says so in its place. */
  readonly tooLarge?: JsonObject;
  /** The target's own state where it asks for input, as it gave it: not for the client, nor for the record. */
  readonly state?: Json;
}

/**
 * Forwards a judged request and waits for its response; never throws for what a target does. `ready` settles once
 * the request's entry is durable: nothing is passed back before.
 */
export async function run(
  exchange: Exchange,
  request: Request,
  ready: Promise<unknown>,
  signal: AbortSignal,
): Promise<Ran> {
  const { connection, session, headers, reply, gate } = exchange;
  const startedMs = gate.now();
  const mayAsk: MayAsk = (asked) => exchange.runtime.policy.mayAsk(exchange.caller.principal, connection.name, asked);
  const size = new AnswerSize(exchange.answerLimit);
  exchange.sent.yes = true;
  let messages = 0;
  const ended = () => ({ ms: gate.now() - startedMs, messages });
  try {
    const work = () =>
      forward({
        session: session.target,
        message: towardsTarget(request.message, mayAsk),
        id: request.id,
        headers: gate.traces.onward(headers),
        masker: connection.masker,
        outputSchema: request.method === "tools/call" ? connection.outputSchemas.of(request.params.name) : undefined,
        declares: classOf(request.method, request.params, request.era).kind !== "call",
        silenceMs: () => silenceMs(exchange, request),
        signal,
        onMessage: async (message) => {
          await ready;
          messages += 1;
          noteCancelled(session, message.message);
          gate.tools.hear(connection, message.message);
          if (await size.takes(message.message)) await reply.message(message);
        },
        onAsked: (message) => ask(stageOf(exchange, request, size), message),
        onStream: (sign) => void ready.then(() => follow(reply, sign)).catch(() => undefined),
      });
    const answer = await gate.traces.step("target", work);
    noteServer(connection, request.method, answer.response);
    if (request.method === "tools/list")
      await gate.tools.learn(connection, answer.response.result, exchange.caller.principal.id);
    if (request.method === "tools/list") connection.outputSchemas.note(answer.response.result);
    const response = refusedInput(towardsClient(request.method, answer.response), mayAsk);
    const outcome = errorOf(response) === null ? "ok" : "error";
    const measured = await size.last(response, answer.hidden, request.id);
    return { ...answer, ...measured, outcome, status: 200, sessionLost: false, ...ended() };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    if (error.reason === "unreachable" || error.reason === "crashed") connection.facts.state = "failed";
    // Who has left has broken it off.
    if (!signal.aborted) exchange.gate.failures.failed(connection.name, error);
    return { ...(await failed(exchange, request, error, signal, size)), ...ended() };
  }
}

/** Where the target's own requests come from, in the answer of this one. */
function stageOf(exchange: Exchange, { id }: Request, size: AnswerSize): Stage {
  const { gate, runtime, caller, connection, session, headers, reply } = exchange;
  const reaches = (): boolean => reply.reaches && !size.over;
  return { gate, runtime, caller, connection, session, headers, call: id, reaches };
}

/** What the target's stream does, the client's does too. */
function follow(reply: Reply, sign: StreamSign): void {
  if (sign.sign === "begun") reply.open(sign.retryMs);
  else reply.pause();
}

/** HTTP targets and agents watch for silence themselves, since an HTTP target's comments are signs of life that don't get here. */
function silenceMs({ connection, session }: Exchange, { method }: Request): number {
  // While the client is asked, the target waits as well.
  if (session.asked.size > 0) return Infinity;
  return connection.target.transport !== "stdio" || method === "subscriptions/listen" ? Infinity : connection.timeoutMs;
}

async function failed(
  exchange: Exchange,
  request: Request,
  error: TargetError,
  signal: AbortSignal,
  size: AnswerSize,
): Promise<Omit<Ran, "ms" | "messages">> {
  const base = { eventId: undefined, hidden: [], sessionLost: error.reason === "session-lost" };
  const { masker, name } = exchange.connection;
  if (error.rpcError !== undefined && error.rpcError !== null) {
    const { value, hidden } = masker.mask(error.rpcError);
    return {
      ...base,
      ...(await size.last({ jsonrpc: "2.0", id: request.id, error: value }, hidden, request.id)),
      outcome: "error",
      status: base.sessionLost ? 404 : ownStatus(error, request),
    };
  }
  const response = errorMessage(request.id, targetFailure(error, name));
  const status = base.sessionLost ? 404 : 200;
  return { ...base, response, outcome: signal.aborted ? "cancelled" : outcomeOf(error), status };
}

/** The statuses that 2026-07-28 gives to JSON-RPC errors. Any other would read as the gateway's own word on token or session. */
function ownStatus({ status }: TargetError, { era }: Request): number {
  return era === "modern" && (status === 400 || status === 404) ? status : 200;
}

/** Whether the target may have acted is unknown unless it said no, or was never reached. */
function outcomeOf(error: TargetError): "error" | "unknown" {
  switch (error.reason) {
    case "crashed":
    case "timeout":
    case "protocol":
      return "unknown";
    case "session-lost":
      // Only the target's own 404 says that it took nothing on; a session that was closed meanwhile says nothing.
      return error.status === 404 ? "error" : "unknown";
    case "unreachable":
    case "http":
      return "error";
    default:
      return error.reason satisfies never;
  }
}

/** The facts of a run for its `call.response` entry. */
export function factsOf({ response, hidden, ms, messages, tooLarge }: Ran): RunFacts {
  return { response, hidden, ms, messages, ...(tooLarge === undefined ? {} : { tooLarge }) };
}

/** Keeps what the target says of itself when it answers `initialize` or, in its `_meta`, `server/discover`; until then in any modern result. */
function noteServer({ facts, masker }: Exchange["connection"], method: string, { result }: RpcMessage): void {
  facts.state = "ready";
  if (!isJsonObject(result)) return;
  const meta = method === "server/discover" || facts.server === null ? result._meta : undefined;
  const info = result.serverInfo ?? (isJsonObject(meta) ? meta[metaKeys.serverInfo] : undefined);
  if (!isJsonObject(info) || typeof info.name !== "string") return;
  const version = typeof info.version === "string" ? info.version : "";
  facts.server = {
    name: masker.mask(info.name).value.slice(0, 200),
    version: masker.mask(version).value.slice(0, 100),
  };
}
