import { canonical, type Json, type JsonObject } from "../../../shared/json.ts";
import { isRpcId, kindOf, metaOf, paramsOf } from "../../../shared/message.ts";
import {
  TargetError,
  type RpcId,
  type RpcMessage,
  type TargetMessage,
  type TargetSession,
} from "../../../shared/target.ts";
import { askable } from "../asking.ts";
import { invalidParamsCode } from "../classify.ts";
import { errorMessage, methodNotFound } from "../rpc-failure.ts";
import { BridgedCall } from "./bridged-call.ts";
import type { Hello } from "./hello.ts";
import { isLoudEnough, LogLevel } from "./log-level.ts";
import { discovered, legacyParams, modernResponse } from "./modern-words.ts";
import { ParkedCalls } from "./parked-calls.ts";
import { metaKeys } from "./revisions.ts";
import { Subscriptions } from "./subscriptions.ts";
import { hearUnasked } from "./unasked.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** Methods whose requests may come back with a client's answers (2026-07-28, "Multi round-trip requests"). */
const withRounds: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);
/** An initialised session with a legacy target, in which the requests of one modern client are asked. */
export class BridgedLegacy {
  readonly #session: TargetSession;
  readonly #hello: Hello;
  readonly #capabilities: JsonObject;
  readonly #closed = new AbortController();
  readonly #running = new Set<BridgedCall>();
  readonly #parked = new ParkedCalls();
  readonly #subscriptions: Subscriptions;
  readonly #logLevel: LogLevel;
  #next = 1;
  /** How many requests are under way. */
  underWay = 0;

  /** `capabilities` are those that the session was initialised with. `onLost` is called once, when the target has ended the session. */
  constructor(session: TargetSession, hello: Hello, capabilities: JsonObject, onLost: () => void) {
    this.#session = session;
    this.#hello = hello;
    this.#capabilities = capabilities;
    const ask = (method: string, params: JsonObject): Promise<RpcMessage> => this.#ask(method, params);
    this.#subscriptions = new Subscriptions(hello.capabilities, ask);
    this.#logLevel = new LogLevel(hello.capabilities, ask);
    void this.#hear(onLost);
  }

  get isIdle(): boolean {
    return this.underWay === 0 && this.#parked.size === 0;
  }

  /** A modern request, asked in this session. Throws TargetError. */
  async *request(message: RpcMessage, signal: AbortSignal): Messages {
    const { id, method } = message;
    if (!isRpcId(id) || typeof method !== "string") throw new TargetError("protocol", "A request needs an id.");
    this.underWay += 1;
    try {
      if (method === "server/discover") yield { message: discovered(id, this.#hello.result) };
      else if (method === "subscriptions/listen") yield* this.#subscriptions.listen(id, message, signal);
      else yield* this.#call(id, method, message, signal);
    } finally {
      this.underWay -= 1;
    }
  }

  async close(): Promise<void> {
    this.#parked.clear();
    this.#subscriptions.end();
    this.#closed.abort(new TargetError("session-lost", "The session was closed."));
    await this.#session.close();
  }

  async *#call(id: RpcId, method: string, message: RpcMessage, signal: AbortSignal): Messages {
    const { inputResponses, requestState } = paramsOf(message);
    const repeated = canonical({ method, params: legacyParams(message, 0) });
    const call =
      requestState === undefined ? await this.#begin(method, message) : this.#parked.resume(requestState, repeated);
    if (call === null) {
      const said =
        "No call waits for this input any more. Whether the earlier one took effect is unknown; check before you call again.";
      yield {
        message: errorMessage(id, { code: invalidParamsCode, message: said, data: { code: "input_not_awaited" } }),
      };
      return;
    }
    call.answer(inputResponses);
    const { progressToken, [metaKeys.logLevel]: level } = metaOf(message);
    this.#running.add(call);
    try {
      yield* call.attend({
        id,
        signal,
        show: (said) => shown(said, progressToken, level),
        finish: (response) => modernResponse(id, method, response),
        park: () => this.#parked.park(call, repeated),
      });
    } finally {
      this.#running.delete(call);
    }
  }

  async #begin(method: string, message: RpcMessage): Promise<BridgedCall> {
    await this.#logLevel.hear(metaOf(message)[metaKeys.logLevel]);
    const number = this.#next++;
    const asked: RpcMessage = { jsonrpc: "2.0", id: number, method, params: legacyParams(message, number) };
    const { headers } = this.#hello;
    return new BridgedCall({
      message: asked,
      ask: (signal) => this.#session.request(asked, headers, signal),
      tell: (said) => this.#tell(said),
      mayAsk: (question) => withRounds.has(method) && this.#mayAsk(question),
      hasRounds: withRounds.has(method),
    });
  }

  /** Hears what the target says unasked, for as long as it says anything. */
  async #hear(onLost: () => void): Promise<void> {
    const { headers } = this.#hello;
    const why = await hearUnasked(this.#session, headers, this.#closed.signal, (message) => this.#unasked(message));
    this.#subscriptions.end();
    if (why === "lost") onLost();
  }

  #mayAsk(method: string): boolean {
    const asked = askable.get(method);
    return asked !== undefined && this.#capabilities[asked] !== undefined;
  }

  /** What the target says outside of any answer. Where that is about a call, it counts as the newest one's: over one stream for all, it can't be told whose it is. */
  #unasked(message: RpcMessage): void {
    const running = [...this.#running];
    if (kindOf(message) === "request") return this.#asked(message, running);
    if (message.method === "notifications/message") return running.at(-1)?.note(message);
    if (message.method !== "notifications/cancelled") return this.#subscriptions.hear(message);
    for (const call of [...running, ...this.#parked.calls()]) call.takeBack(paramsOf(message).requestId);
  }

  #asked(message: RpcMessage, running: readonly BridgedCall[]): void {
    const call = running.findLast(({ hasRounds }) => hasRounds) ?? this.#parked.calls().at(-1);
    if (call !== undefined) return call.ask(message);
    const { id, method } = message;
    if (!isRpcId(id)) return;
    if (method === "ping") return this.#tell({ jsonrpc: "2.0", id, result: {} });
    this.#tell(errorMessage(id, methodNotFound("No call is under way that could bring this to the client.")));
  }

  async #ask(method: string, params: JsonObject): Promise<RpcMessage> {
    const message: RpcMessage = { jsonrpc: "2.0", id: this.#next++, method, params };
    for await (const { message: said } of this.#session.request(message, this.#hello.headers, this.#closed.signal))
      if (kindOf(said) === "response") return said;
    throw new TargetError("crashed", "The target ended its answer without a response.");
  }

  #tell(message: RpcMessage): void {
    // A target that won't hear it has still to answer its call, or has gone.
    this.#session.notify(message, this.#hello.headers).catch(() => undefined);
  }
}

/** A legacy notification as the client of this call gets it; null for what it didn't ask for. */
function shown(message: RpcMessage, progressToken: Json | undefined, level: Json | undefined): RpcMessage | null {
  if (message.method === "notifications/progress")
    return progressToken === undefined ? null : { ...message, params: { ...paramsOf(message), progressToken } };
  if (message.method === "notifications/message") return isLoudEnough(paramsOf(message).level, level) ? message : null;
  return null;
}
