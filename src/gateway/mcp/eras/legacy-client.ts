import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { isRpcId, kindOf, metaOf, paramsOf } from "../../../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcId,
  type RpcMessage,
  type StreamSign,
  type Target,
  type TargetMessage,
  type TargetSession,
} from "../../../shared/target.ts";
import { methodNotFoundCode } from "../classify.ts";
import { modernHeaders } from "../headers.ts";
import { refusalCodes } from "../refusal.ts";
import { errorMessage } from "../reply.ts";

/** 2026-07-28, "Protocol version": a server names the versions it speaks in the error's `data.supported`. */
const unsupportedVersion = -32022;
const modern = "2026-07-28";
const prefix = "io.modelcontextprotocol/";
/** What a client without the modern revision's streams and rounds can't be given. */
const untranslated: ReadonlySet<string> = new Set(["resources/subscribe", "resources/unsubscribe"]);

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
    const { clientInfo = { name: "unknown", version: "" }, protocolVersion } = paramsOf(initialize);
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
      [`${prefix}protocolVersion`]: modern,
      [`${prefix}clientInfo`]: clientInfo,
      [`${prefix}clientCapabilities`]: {},
      ...(level === null ? {} : { [`${prefix}logLevel`]: level }),
    };
    const params = { ...paramsOf(message), _meta };
    const headers = modernHeaders(modern, method, params);
    for await (const said of session.request({ ...message, params }, headers, signal, onStream))
      yield kindOf(said.message) === "response" ? { message: legacyResponse(said.message) } : said;
  }
}

/** What the modern revision has no more: answered here where that means something, otherwise refused. */
function answeredHere(id: RpcId, method: string): RpcMessage | null {
  if (method === "ping" || method === "logging/setLevel") return { jsonrpc: "2.0", id, result: {} };
  return untranslated.has(method) ? errorMessage(id, needsModern(`has ${method} no more`)) : null;
}

function isModernOnly(error: Json | undefined): boolean {
  if (!isJsonObject(error) || error.code !== unsupportedVersion || !isJsonObject(error.data)) return false;
  const { supported } = error.data;
  return Array.isArray(supported) && supported.length > 0 && supported.every((version) => String(version) >= modern);
}

/** The result of `initialize` from that of `server/discover`: without what can't be translated. */
function initialized(discovered: JsonObject, asked: Json | undefined): JsonObject {
  const capabilities = isJsonObject(discovered.capabilities) ? discovered.capabilities : {};
  const kept = Object.entries(capabilities).map(([name, value]) => {
    if (!isJsonObject(value)) return [name, value] as const;
    const { listChanged: _listChanged, subscribe: _subscribe, ...others } = value;
    return [name, others] as const;
  });
  const { _meta: meta, instructions } = discovered;
  const serverInfo = isJsonObject(meta) ? meta[`${prefix}serverInfo`] : undefined;
  return {
    protocolVersion: typeof asked === "string" && asked < modern ? asked : "2025-11-25",
    capabilities: Object.fromEntries(kept),
    serverInfo: serverInfo ?? { name: "unknown", version: "" },
    ...(instructions === undefined ? {} : { instructions }),
  };
}

function legacyResponse(message: RpcMessage): RpcMessage {
  const { result, id } = message;
  if (!isJsonObject(result)) return message;
  const { resultType, ...others } = result;
  if (resultType !== "input_required" || !isRpcId(id)) return { ...message, result: others };
  return errorMessage(id, needsModern("asks the client in rounds that older revisions don't have"));
}

function needsModern(what: string): { readonly code: number; readonly message: string; readonly data: Json } {
  const message = `The target speaks only ${modern}, which ${what}: use a client of that revision.`;
  const code = what.endsWith("no more") ? methodNotFoundCode : refusalCodes.targetFailed;
  return { code, message, data: { code: "revision_needed", revision: modern } };
}
