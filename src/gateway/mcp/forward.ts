import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcId,
  type RpcMessage,
  type TargetMessage,
  type TargetSession,
} from "../../shared/target.ts";
import type { Hidden } from "../../shared/approval.ts";
import type { Masker } from "../masking/masker.ts";
import { errorMessage, methodNotFound } from "./reply.ts";

/** One request on its way to a target. */
export interface Forward {
  readonly session: TargetSession;
  readonly message: RpcMessage;
  readonly id: RpcId;
  readonly headers: ProtocolHeaders;
  readonly masker: Masker;
  /** Lists and handshakes declare schemas, not payloads: masking a schema's field names would break them. */
  readonly declares: boolean;
  /** How long the target may be silent, in milliseconds; Infinity for a stream that may be. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Each masked message that comes before the response. */
  readonly onMessage: (message: TargetMessage) => Promise<void>;
}

/** The masked response. */
export interface Answer {
  readonly response: RpcMessage;
  readonly eventId: string | undefined;
  readonly hidden: readonly Hidden[];
}

/** Sends the request and passes on what the target says, masked, until its response. Throws TargetError. */
export async function forward(request: Forward): Promise<Answer> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const messages = request.session.request(request.message, request.headers, signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(messages.next(), request.timeoutMs, request.signal);
      if (next.done === true) throw new TargetError("crashed", "The target ended its answer without a response.");
      const { message, eventId } = next.value;
      if (isResponse(message)) return { ...maskResponse(message, request), eventId };
      await passOn(request, next.value);
    }
  } finally {
    stop.abort();
    messages.return?.()?.catch(() => undefined);
  }
}

/** Passes a target's unasked message on, masked; its requests to the client are denied (no rule can allow them yet). */
export async function passOn(
  request: Pick<Forward, "session" | "headers" | "masker" | "onMessage">,
  { message, eventId }: TargetMessage,
): Promise<void> {
  if (message.id !== undefined && (typeof message.id === "string" || typeof message.id === "number")) {
    const refusal = errorMessage(message.id, methodNotFound("The gateway does not let targets ask the client."));
    // A target that won't hear the refusal has still to answer the call.
    await request.session.notify(refusal, request.headers).catch((error: unknown) => {
      if (!(error instanceof TargetError)) throw error;
    });
    return;
  }
  const masked = request.masker.mask(message).value;
  await request.onMessage(eventId === undefined ? { message: masked } : { message: masked, eventId });
}

function isResponse(message: RpcMessage): boolean {
  return message.method === undefined;
}

function maskResponse(message: RpcMessage, { masker, declares, id }: Forward): Omit<Answer, "eventId"> {
  if (isJsonObject(message.error)) {
    const { value, hidden } = masker.mask(message.error);
    return { response: { jsonrpc: "2.0", id, error: value }, hidden };
  }
  const result: Json = message.result ?? {};
  if (declares) return { response: { jsonrpc: "2.0", id, result }, hidden: [] };
  const { value, hidden } = masker.mask(result);
  return { response: { jsonrpc: "2.0", id, result: value }, hidden };
}

async function within<T>(promise: Promise<T>, milliseconds: number, signal: AbortSignal): Promise<T> {
  const end = Promise.withResolvers<never>();
  const cancelled = (): void =>
    end.reject(new TargetError("timeout", "The call was cancelled before the target answered."));
  const timer = Number.isFinite(milliseconds)
    ? setTimeout(() => end.reject(new TargetError("timeout", "The target did not answer in time.")), milliseconds)
    : undefined;
  signal.addEventListener("abort", cancelled, { once: true });
  if (signal.aborted) cancelled();
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, end.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancelled);
  }
}

/** The error object of a response, if it is one. */
export function errorOf(response: RpcMessage): JsonObject | null {
  return isJsonObject(response.error) ? response.error : null;
}
