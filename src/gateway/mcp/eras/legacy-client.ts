import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { isRpcId, kindOf, metaOf, paramsOf } from "../../../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type StreamSign,
  type Target,
  type TargetMessage,
  type TargetSession,
} from "../../../shared/target.ts";
import { declaredTool } from "../catalogue.ts";
import { headerMismatchCode } from "../classify.ts";
import { modernHeaders } from "../headers.ts";
import { answeredHere, initialized, isModernOnly, legacyResponse } from "./legacy-words.ts";
import { paramHeadersOf } from "./param-headers.ts";
import { metaKeys, modernVersion, unnamed } from "./revisions.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/**
 * A legacy client's conversation, with a target of either era: where the target refuses `initialize` because it speaks only 2026-07-28 or newer,
 * lists, calls, reads, prompts and completion are translated from there on. The target is told that the client can't be asked for anything.
 */
export class LegacySession implements TargetSession {
  readonly #legacy: TargetSession;
  readonly #via: Target;
  #bridged: { readonly session: TargetSession; readonly clientInfo: Json; level: Json } | null = null;

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
    if (this.#bridged !== null) return this.#translated(message, signal, onStream);
    if (message.method === "initialize") return this.#initialize(message, headers, signal);
    return this.#legacy.request(message, headers, signal, onStream);
  }

  async notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    // A modern target is told of a cancellation by the end of the request, and of nothing else.
    if (this.#bridged === null) await this.#legacy.notify(message, headers);
  }

  listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): AsyncIterable<TargetMessage> {
    if (this.#bridged === null) return this.#legacy.listen(headers, lastEventId, signal);
    throw new TargetError("http", "The target has no stream of its own for legacy clients.", { status: 405 });
  }

  async close(): Promise<void> {
    await Promise.all([this.#legacy.close(), this.#bridged?.session.close()]);
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
    const session = this.#via.open("modern");
    const { clientInfo = { ...unnamed }, protocolVersion } = paramsOf(initialize);
    this.#bridged = { session, clientInfo, level: null };
    const discover: RpcMessage = { ...initialize, method: "server/discover", params: {} };
    for await (const { message } of this.#translated(discover, signal)) {
      if (kindOf(message) !== "response") continue;
      if (!isJsonObject(message.result)) return { message };
      return { message: { ...message, result: initialized(message.result, protocolVersion) } };
    }
    throw new TargetError("crashed", "The target ended its answer without a response.");
  }

  async *#translated(message: RpcMessage, signal: AbortSignal, onStream?: (sign: StreamSign) => void): Messages {
    const { id, method } = message;
    if (this.#bridged === null || !isRpcId(id) || typeof method !== "string") return;
    if (method === "logging/setLevel") this.#bridged.level = paramsOf(message).level ?? null;
    const own = answeredHere(id, method);
    if (own !== null) {
      yield { message: own };
      return;
    }
    const { session, clientInfo, level } = this.#bridged;
    const _meta: JsonObject = {
      ...metaOf(message),
      [metaKeys.version]: modernVersion,
      [metaKeys.clientInfo]: clientInfo,
      [metaKeys.capabilities]: {},
      ...(level === null ? {} : { [metaKeys.logLevel]: level }),
    };
    const params = { ...paramsOf(message), _meta };
    const asked = { ...message, params };
    const said =
      method === "tools/call"
        ? this.#call(session, asked, signal, onStream)
        : session.request(asked, modernHeaders(modernVersion, method, params), signal, onStream);
    for await (const each of said) {
      if (method === "tools/list") paramHeadersOf(this.#via).note(each.message.result);
      yield kindOf(each.message) === "response" ? { message: legacyResponse(each.message) } : each;
    }
  }

  /** A call with the headers that its tool wants, looked up where they aren't known or are said to be others by now. */
  async *#call(
    session: TargetSession,
    asked: RpcMessage,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): Messages {
    const params = paramsOf(asked);
    const tool = typeof params.name === "string" ? params.name : "";
    const declared = paramHeadersOf(this.#via);
    const learn = async (): Promise<void> => {
      const headers = modernHeaders(modernVersion, "tools/list", {});
      await declaredTool(session, tool, params, headers, signal, async (page) => declared.note(page));
    };
    if (!declared.has(tool)) await learn();
    const headers = (): ProtocolHeaders => ({
      ...modernHeaders(modernVersion, "tools/call", params),
      ...declared.of(tool, params.arguments),
    });
    try {
      yield* session.request(asked, headers(), signal, onStream);
    } catch (error) {
      if (!isHeaderMismatch(error)) throw error;
      // It was refused before it ran: the tool was declared anew since (2026-07-28, "Client Behavior").
      await learn();
      yield* session.request(asked, headers(), signal, onStream);
    }
  }
}

function isHeaderMismatch(error: unknown): boolean {
  if (!(error instanceof TargetError) || error.status !== 400 || !isJsonObject(error.rpcError)) return false;
  return error.rpcError.code === headerMismatchCode;
}
