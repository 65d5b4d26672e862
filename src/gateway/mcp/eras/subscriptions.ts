import { canonical, isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { metaOf, paramsOf } from "../../../shared/message.ts";
import { TargetError, type RpcId, type RpcMessage, type TargetMessage } from "../../../shared/target.ts";
import { changes } from "./changes.ts";
import { metaKeys } from "./revisions.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** Of news that wait for a slow client; whoever has as many need not hear of more to look again. */
const mostNews = 1000;
const updated = "notifications/resources/updated";

interface Listener {
  readonly wants: (message: RpcMessage) => boolean;
  /** What it has not been told yet; the same news twice is told once. */
  readonly news: Map<string, RpcMessage>;
  wake: () => void;
}

/** `subscriptions/listen` of modern clients (2026-07-28), out of what a legacy target says unasked. */
export class Subscriptions {
  readonly #capabilities: JsonObject;
  readonly #ask: (method: string, params: JsonObject) => Promise<RpcMessage>;
  readonly #listeners = new Set<Listener>();
  /** How many listeners hear of a resource. */
  readonly #resources = new Map<string, number>();
  #ended = false;

  constructor(capabilities: JsonObject, ask: (method: string, params: JsonObject) => Promise<RpcMessage>) {
    this.#capabilities = capabilities;
    this.#ask = ask;
  }

  /** What the target says of changes. */
  hear(message: RpcMessage): void {
    for (const listener of this.#listeners) {
      if (listener.news.size >= mostNews || !listener.wants(message)) continue;
      listener.news.set(canonical(message), message);
      listener.wake();
    }
  }

  /** Nothing more will be heard: listeners are told by the end of their streams. */
  end(): void {
    this.#ended = true;
    for (const { wake } of this.#listeners) wake();
  }

  async *listen(id: RpcId, message: RpcMessage, signal: AbortSignal): Messages {
    const asked = paramsOf(message).notifications;
    const wished = isJsonObject(asked) ? asked : {};
    const uris = await this.#subscribe(wished.resourceSubscriptions);
    const lists = changes.filter(
      ({ member, capability }) => wished[member] === true && this.#has(capability, "listChanged"),
    );
    const methods = new Set<Json | undefined>(lists.map(({ method }) => method));
    const listener: Listener = {
      wants: (said) => methods.has(said.method) || (said.method === updated && isAmong(paramsOf(said).uri, uris)),
      news: new Map(),
      wake: () => undefined,
    };
    this.#listeners.add(listener);
    const stamp = { [metaKeys.subscription]: id };
    try {
      const notifications = {
        ...Object.fromEntries(lists.map(({ member }) => [member, true])),
        ...(uris.size === 0 ? {} : { resourceSubscriptions: [...uris] }),
      };
      const method = "notifications/subscriptions/acknowledged";
      yield { message: { jsonrpc: "2.0", method, params: { notifications, _meta: stamp } } };
      if (methods.size > 0 || uris.size > 0) yield* this.#news(listener, stamp, signal);
      yield { message: { jsonrpc: "2.0", id, result: { resultType: "complete", _meta: stamp } } };
    } finally {
      this.#listeners.delete(listener);
      this.#unsubscribe(uris);
    }
  }

  /** What is new, until nothing more will be. */
  async *#news(listener: Listener, stamp: JsonObject, signal: AbortSignal): Messages {
    const wake = (): void => listener.wake();
    signal.addEventListener("abort", wake, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        const [next] = listener.news;
        if (next !== undefined) {
          const [key, message] = next;
          listener.news.delete(key);
          yield { message: { ...message, params: { ...paramsOf(message), _meta: { ...metaOf(message), ...stamp } } } };
        } else if (this.#ended) return;
        else await new Promise<void>((resolve) => (listener.wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  /** The resources among these that the target says it will tell of. */
  async #subscribe(asked: Json | undefined): Promise<ReadonlySet<string>> {
    const uris = new Set<string>();
    if (!Array.isArray(asked) || !this.#has("resources", "subscribe")) return uris;
    for (const uri of new Set<Json>(asked)) {
      if (typeof uri !== "string") continue;
      const known = this.#resources.get(uri) ?? 0;
      if (known === 0 && (await this.#ask("resources/subscribe", { uri })).error !== undefined) continue;
      this.#resources.set(uri, (this.#resources.get(uri) ?? 0) + 1);
      uris.add(uri);
    }
    return uris;
  }

  #unsubscribe(uris: ReadonlySet<string>): void {
    for (const uri of uris) {
      const left = (this.#resources.get(uri) ?? 1) - 1;
      if (left > 0) this.#resources.set(uri, left);
      else this.#resources.delete(uri);
      if (left > 0 || this.#ended) continue;
      this.#ask("resources/unsubscribe", { uri }).catch((error: unknown) => {
        if (!(error instanceof TargetError)) throw error;
      });
    }
  }

  #has(capability: string, member: string): boolean {
    const said = this.#capabilities[capability];
    return isJsonObject(said) && said[member] === true;
  }
}

function isAmong(uri: Json | undefined, uris: ReadonlySet<string>): boolean {
  return typeof uri === "string" && uris.has(uri);
}
