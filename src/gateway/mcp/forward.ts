import { follow } from "../../shared/abort.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { kindOf } from "../../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcId,
  type RpcMessage,
  type StreamSign,
  type TargetMessage,
  type TargetSession,
} from "../../shared/target.ts";
import type { Hidden } from "../../shared/approval.ts";
import type { Masker } from "../masking/masker.ts";
import { maskInput } from "./question.ts";

/** One request on its way to a target. */
export interface Forward {
  readonly session: TargetSession;
  readonly message: RpcMessage;
  readonly id: RpcId;
  readonly headers: ProtocolHeaders;
  readonly masker: Masker;
  /** Lists and handshakes declare schemas, not payloads: masking a schema's field names would break them. */
  readonly declares: boolean;
  /** What the called tool declares for its structured content, where that is known. */
  readonly outputSchema?: JsonObject | undefined;
  /** How long the target may be silent now, in milliseconds; Infinity for a stream that may be. */
  readonly silenceMs: () => number;
  readonly signal: AbortSignal;
  /** Each masked message that comes before the response. */
  readonly onMessage: (message: TargetMessage) => Promise<void>;
  /** A request of the target's: what of it goes on, masked and recorded, or null. */
  readonly onAsked: (message: RpcMessage) => Promise<RpcMessage | null>;
  readonly onStream: (sign: StreamSign) => void;
}

/** The masked response. */
export interface Answer {
  readonly response: RpcMessage;
  readonly eventId: string | undefined;
  readonly hidden: readonly Hidden[];
  /** The `requestState` of a target that asks for input, unmasked: it is the target's own, and must come back as it was. */
  readonly state?: Json;
}

/** One reason for all: an error made for each call costs more than the call's parsing. */
const over = new TargetError("timeout", "The call is over.");

/** Sends the request and passes on what the target says, masked, until its response. Throws TargetError. */
export async function forward(request: Forward): Promise<Answer> {
  const stop = new AbortController();
  const unlink = follow(stop, [request.signal]);
  const said = request.session.request(request.message, request.headers, stop.signal, request.onStream);
  const messages = said[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(messages.next(), request.silenceMs, request.signal);
      if (next.done === true) throw new TargetError("crashed", "The target ended its answer without a response.");
      const { message, eventId } = next.value;
      if (isResponse(message)) return { ...(await maskResponse(message, request)), eventId };
      await passOn(request, next.value);
    }
  } finally {
    unlink();
    stop.abort(over);
    messages.return?.()?.catch(() => undefined);
  }
}

/** Passes on what a target says beside its response: its notifications masked, its requests where they are let through. */
export async function passOn(
  { masker, onMessage, onAsked }: Pick<Forward, "masker" | "onMessage" | "onAsked">,
  { message, eventId }: TargetMessage,
): Promise<void> {
  const kind = kindOf(message);
  // An answer to something that was not asked here.
  if (kind === "response") return;
  const passed = kind === "request" ? await onAsked(message) : (await masker.maskLarge(message)).value;
  if (passed === null) return;
  await onMessage(eventId === undefined ? { message: passed } : { message: passed, eventId });
}

function isResponse(message: RpcMessage): boolean {
  return message.method === undefined;
}

async function maskResponse(
  message: RpcMessage,
  { masker, declares, id, outputSchema }: Forward,
): Promise<Omit<Answer, "eventId">> {
  if (isJsonObject(message.error)) {
    const { value, hidden } = await masker.maskLarge(message.error);
    return { response: { jsonrpc: "2.0", id, error: value }, hidden };
  }
  const result: Json = message.result ?? {};
  if (declares) return { response: { jsonrpc: "2.0", id, result }, hidden: [] };
  const input = isJsonObject(result) && result.resultType === "input_required" ? result : null;
  const { value, hidden } =
    input?.inputRequests === undefined ? await masker.maskResult(result, outputSchema) : maskInput(masker, input);
  const state = input?.requestState;
  return { response: { jsonrpc: "2.0", id, result: value }, hidden, ...(state === undefined ? {} : { state }) };
}

async function within<T>(promise: Promise<T>, silenceMs: () => number, signal: AbortSignal): Promise<T> {
  const end = Promise.withResolvers<never>();
  const cancelled = (): void =>
    end.reject(new TargetError("timeout", "The call was cancelled before the target answered."));
  const milliseconds = silenceMs();
  const expire = (): void => {
    // The client may have been asked meanwhile, elsewhere: then the target waits as well.
    if (silenceMs() === Infinity) timer = setTimeout(expire, milliseconds);
    else end.reject(new TargetError("timeout", "The target did not answer in time."));
  };
  let timer = Number.isFinite(milliseconds) ? setTimeout(expire, milliseconds) : undefined;
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
