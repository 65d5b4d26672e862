import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import { kindOf, metaOf, paramsOf } from "../shared/message.ts";
import type { RpcId, RpcMessage } from "../shared/target.ts";

/** 2026-07-28, "Subscriptions": which `subscriptions/listen` request a notification belongs to. */
const subscriptionKey = "io.modelcontextprotocol/subscriptionId";
/** Calls whose caller has left, and tokens of running tasks, that are still remembered. */
const remembered = 1000;

interface Pending<S> {
  readonly clientId: RpcId;
  readonly clientToken: RpcId | undefined;
  /** Undefined once the caller has left: the id is kept for its cancellation and the late answer. */
  stream: S | undefined;
}

export type Route<S> =
  | { readonly to: "request"; readonly stream: S; readonly message: RpcMessage; readonly last: boolean }
  | { readonly to: "session"; readonly message: RpcMessage }
  | { readonly to: "nobody"; readonly why: "unknown-id" | "caller-left" };

/**
 * The ids of one child's conversation. Towards the child every request and progress token has a number of our own, so
 * that repeated ids of clients can't cross; towards the client all is as it asked.
 */
export class Routing<S> {
  #next = 1;
  readonly #pending = new Map<number, Pending<S>>();
  /** Tokens of answered requests whose task runs on (2025-11-25, "Tasks": the token stays valid). */
  readonly #taskTokens = new Map<number, RpcId>();

  /** The request as the child gets it, and its number. */
  outgoingRequest(
    message: RpcMessage,
    clientId: RpcId,
    stream: S,
  ): { readonly number: number; readonly message: RpcMessage } {
    const number = this.#next++;
    const token = metaOf(message).progressToken;
    const clientToken = isToken(token) ? token : undefined;
    this.#pending.set(number, { clientId, clientToken, stream });
    const renumbered = { ...message, id: number };
    return { number, message: clientToken === undefined ? renumbered : withMeta(renumbered, "progressToken", number) };
  }

  /** A notification or answer as the child gets it; null for a cancellation of nothing that runs. */
  outgoingOther(message: RpcMessage): RpcMessage | null {
    if (message.method !== "notifications/cancelled") return message;
    const cancelled = paramsOf(message).requestId;
    const number = [...this.#pending].findLast(([, pending]) => pending.clientId === cancelled)?.[0];
    return number === undefined ? null : { ...message, params: { ...paramsOf(message), requestId: number } };
  }

  /** The caller of this request waits no more. */
  leave(number: number): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    pending.stream = undefined;
    const left = [...this.#pending].filter(([, { stream }]) => stream === undefined);
    if (left.length > remembered && left[0] !== undefined) this.#pending.delete(left[0][0]);
  }

  /** Where a message of the child belongs, with the client's ids back in place. */
  incoming(message: RpcMessage): Route<S> {
    if (kindOf(message) === "response") return this.#response(message);
    const { progressToken } = paramsOf(message);
    if (message.method === "notifications/progress" && progressToken !== undefined) {
      return this.#progress(message, progressToken);
    }
    const subscription = metaOf(message)[subscriptionKey];
    if (subscription === undefined) return { to: "session", message };
    const pending = this.#find(subscription);
    if (pending === undefined) return { to: "nobody", why: "unknown-id" };
    return toCaller(pending, withMeta(message, subscriptionKey, pending.clientId), false);
  }

  /** The streams of all callers that wait, oldest first. */
  streams(): S[] {
    return [...this.#pending.values()].flatMap(({ stream }) => (stream === undefined ? [] : [stream]));
  }

  #response(message: RpcMessage): Route<S> {
    const pending = this.#find(message.id);
    if (pending === undefined || typeof message.id !== "number") return { to: "nobody", why: "unknown-id" };
    this.#pending.delete(message.id);
    const result = isJsonObject(message.result) ? message.result : {};
    if (pending.clientToken !== undefined && isJsonObject(result.task))
      this.#keepToken(message.id, pending.clientToken);
    const answer: RpcMessage = { ...message, id: pending.clientId };
    const meta = isJsonObject(result._meta) ? result._meta : {};
    if (meta[subscriptionKey] === undefined) return toCaller(pending, answer, true);
    const stamped = { ...result, _meta: { ...meta, [subscriptionKey]: pending.clientId } };
    return toCaller(pending, { ...answer, result: stamped }, true);
  }

  #progress(message: RpcMessage, token: Json): Route<S> {
    const pending = this.#find(token);
    if (pending?.clientToken !== undefined) return toCaller(pending, withToken(message, pending.clientToken), false);
    const clientToken = typeof token === "number" ? this.#taskTokens.get(token) : undefined;
    if (clientToken === undefined) return { to: "nobody", why: "unknown-id" };
    return { to: "session", message: withToken(message, clientToken) };
  }

  #find(number: Json | undefined): Pending<S> | undefined {
    return typeof number === "number" ? this.#pending.get(number) : undefined;
  }

  #keepToken(number: number, token: RpcId): void {
    this.#taskTokens.set(number, token);
    const [oldest] = this.#taskTokens.keys();
    if (this.#taskTokens.size > remembered && oldest !== undefined) this.#taskTokens.delete(oldest);
  }
}

function toCaller<S>({ stream }: Pending<S>, message: RpcMessage, last: boolean): Route<S> {
  return stream === undefined ? { to: "nobody", why: "caller-left" } : { to: "request", stream, message, last };
}

function withMeta(message: RpcMessage, key: string, value: RpcId): RpcMessage {
  return { ...message, params: { ...paramsOf(message), _meta: { ...metaOf(message), [key]: value } } };
}

function withToken(message: RpcMessage, progressToken: RpcId): RpcMessage {
  const params: JsonObject = { ...paramsOf(message), progressToken };
  return { ...message, params };
}

function isToken(value: Json | undefined): value is RpcId {
  return typeof value === "string" || typeof value === "number";
}
