import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { kindOf, metaOf, paramsOf } from "../../../shared/message.ts";
import { TargetError, type RpcId, type RpcMessage, type TargetMessage } from "../../../shared/target.ts";
import { changes } from "./changes.ts";
import { metaKeys } from "./revisions.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** A legacy client's own stream (GET) and its subscriptions to resources, out of a modern target's `subscriptions/listen`. */
export class LegacyStream {
  readonly #ask: (params: JsonObject, signal: AbortSignal) => AsyncIterable<TargetMessage>;
  readonly #resources = new Set<string>();
  #capabilities: JsonObject = {};
  /** Aborts when the client hears of other resources than before. */
  #changed = new AbortController();

  constructor(ask: (params: JsonObject, signal: AbortSignal) => AsyncIterable<TargetMessage>) {
    this.#ask = ask;
  }

  /** What the target offers (the result of `server/discover`). */
  learn(discovered: Json | undefined): void {
    const said = isJsonObject(discovered) ? discovered.capabilities : undefined;
    if (isJsonObject(said)) this.#capabilities = said;
  }

  /** A subscription or its end, answered; null for every other request, and where the target offers none. */
  take(id: RpcId, method: string, uri: Json | undefined): RpcMessage | null {
    const isEnd = method === "resources/unsubscribe";
    if ((method !== "resources/subscribe" && !isEnd) || typeof uri !== "string") return null;
    if (!has(this.#capabilities, "resources", "subscribe")) return null;
    if (isEnd) this.#resources.delete(uri);
    else this.#resources.add(uri);
    this.#changed.abort();
    return { jsonrpc: "2.0", id, result: {} };
  }

  /** Until the client leaves. Throws TargetError, with status 405 where the target tells of no change. */
  async *listen(signal: AbortSignal): Messages {
    const lists = changes.filter(({ capability }) => has(this.#capabilities, capability, "listChanged"));
    if (lists.length === 0 && !has(this.#capabilities, "resources", "subscribe"))
      throw new TargetError("http", "The target has no stream of its own for legacy clients.", { status: 405 });
    for (;;) {
      const changed = new AbortController();
      this.#changed = changed;
      const either = AbortSignal.any([signal, changed.signal]);
      const resources = [...this.#resources];
      const notifications = {
        ...Object.fromEntries(lists.map(({ member }) => [member, true])),
        ...(resources.length === 0 ? {} : { resourceSubscriptions: resources }),
      };
      try {
        if (Object.keys(notifications).length === 0) await aborted(either);
        else yield* this.#hear(notifications, either);
      } catch (error) {
        if (!changed.signal.aborted || signal.aborted) throw error;
      }
      if (!changed.signal.aborted) return; // the target ended it; the client may open it again
    }
  }

  async *#hear(notifications: JsonObject, signal: AbortSignal): Messages {
    for await (const { message } of this.#ask({ notifications }, signal)) {
      if (kindOf(message) !== "notification") return;
      if (message.method === "notifications/subscriptions/acknowledged") continue;
      const { [metaKeys.subscription]: _subscription, ...meta } = metaOf(message);
      const { _meta, ...params } = paramsOf(message);
      const said = Object.keys(meta).length === 0 ? params : { ...params, _meta: meta };
      yield { message: { ...message, params: said } };
    }
  }
}

function has(capabilities: JsonObject, capability: string, member: string): boolean {
  const said = capabilities[capability];
  return isJsonObject(said) && said[member] === true;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  signal.throwIfAborted();
}
