import { isJsonObject } from "../../../shared/json.ts";
import { kindOf, paramsOf } from "../../../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type StreamSign,
  type Target,
  type TargetMessage,
  type TargetSession,
} from "../../../shared/target.ts";
import { BridgedModern } from "./bridged-modern.ts";
import { initialized, isModernOnly } from "./legacy-words.ts";
import { unnamed } from "./revisions.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/**
 * A legacy client's conversation, with a target of either era: where the target refuses `initialize` because it speaks only 2026-07-28 or newer, everything
 * is translated from there on.
 */
export class LegacySession implements TargetSession {
  readonly #legacy: TargetSession;
  readonly #via: Target;
  #bridged: BridgedModern | null = null;

  constructor(via: Target) {
    this.#via = via;
    this.#legacy = via.open("legacy");
  }

  request(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): AsyncIterable<TargetMessage> {
    if (this.#bridged !== null) return this.#bridged.request(message, signal, onStream);
    if (message.method === "initialize") return this.#initialize(message, headers, signal);
    return this.#legacy.request(message, headers, signal, onStream);
  }

  async notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    if (this.#bridged === null) await this.#legacy.notify(message, headers);
    else this.#bridged.notify(message);
  }

  listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): AsyncIterable<TargetMessage> {
    if (this.#bridged === null) return this.#legacy.listen(headers, lastEventId, signal);
    return this.#bridged.listen(signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#legacy.close(), this.#bridged?.close()]);
  }

  async *#initialize(message: RpcMessage, headers: ProtocolHeaders, signal: AbortSignal): Messages {
    try {
      for await (const said of this.#legacy.request(message, headers, signal)) {
        yield isModernOnly(said.message.error) ? await this.#discover(message, signal) : said;
      }
    } catch (error) {
      if (!(error instanceof TargetError) || !isModernOnly(error.rpcError)) throw error;
      yield await this.#discover(message, signal);
    }
  }

  /** `initialize` answered by what `server/discover` says. */
  async #discover(initialize: RpcMessage, signal: AbortSignal): Promise<TargetMessage> {
    const { clientInfo = { ...unnamed }, protocolVersion, capabilities } = paramsOf(initialize);
    const bridged = new BridgedModern(this.#via, clientInfo, capabilities);
    this.#bridged = bridged;
    const discover: RpcMessage = { ...initialize, method: "server/discover", params: {} };
    for await (const { message } of bridged.request(discover, signal)) {
      if (kindOf(message) !== "response") continue;
      if (!isJsonObject(message.result)) return { message };
      return { message: { ...message, result: initialized(message.result, protocolVersion) } };
    }
    throw new TargetError("crashed", "The target ended its answer without a response.");
  }
}
