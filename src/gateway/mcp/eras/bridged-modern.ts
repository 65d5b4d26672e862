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
import { modernHeaders } from "../../../shared/modern-headers.ts";
import { LegacyStream } from "./legacy-stream.ts";
import { answeredHere, legacyResponse } from "./legacy-words.ts";
import { askableOf } from "./modern-words.ts";
import { paramHeadersOf } from "./param-headers.ts";
import { Questions } from "./questions.ts";
import { metaKeys, modernVersion } from "./revisions.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;
type OnStream = (sign: StreamSign) => void;

/** A legacy client's conversation with a target that speaks only 2026-07-28 or newer. */
export class BridgedModern {
  readonly #via: Target;
  readonly #session: TargetSession;
  readonly #clientInfo: Json;
  readonly #capabilities: JsonObject;
  readonly #questions = new Questions();
  readonly #stream: LegacyStream;
  #level: Json = null;

  /** `capabilities`: the client's own, without what no rule lets the target ask. */
  constructor(via: Target, clientInfo: Json, capabilities: Json | undefined) {
    this.#via = via;
    this.#session = via.open("modern");
    this.#clientInfo = clientInfo;
    this.#capabilities = askableOf(capabilities);
    this.#stream = new LegacyStream((params, signal) => this.#once("subscriptions/listen", params, signal));
  }

  /** A legacy request, asked as the target wants it. Throws TargetError. */
  async *request(message: RpcMessage, signal: AbortSignal, onStream?: OnStream): Messages {
    const { id, method } = message;
    if (!isRpcId(id) || typeof method !== "string") return;
    const { level, uri } = paramsOf(message);
    if (method === "logging/setLevel") this.#level = level ?? null;
    const own = this.#stream.take(id, method, uri) ?? answeredHere(id, method);
    if (own !== null) {
      yield { message: own };
      return;
    }
    const rounds = this.#questions.rounds(message, signal, (params) =>
      this.#ask({ ...message, params }, signal, onStream),
    );
    for await (const said of rounds) {
      if (method === "tools/list") paramHeadersOf(this.#via).note(said.message.result);
      if (method === "server/discover") this.#stream.learn(said.message.result);
      yield kindOf(said.message) === "response" ? { message: legacyResponse(said.message) } : said;
    }
  }

  /** The client's answer to a question. A modern target is told of a cancellation by the end of the request, and of nothing else. */
  notify(message: RpcMessage): void {
    if (kindOf(message) === "response") this.#questions.answer(message);
  }

  /** What the target says of changes. Throws TargetError with status 405 where it says nothing of any. */
  listen(signal: AbortSignal): AsyncIterable<TargetMessage> {
    return this.#stream.listen(signal);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #ask(message: RpcMessage, signal: AbortSignal, onStream?: OnStream): AsyncIterable<TargetMessage> {
    const method = typeof message.method === "string" ? message.method : "";
    const asked = { ...message, params: this.#withMeta(message) };
    if (method === "tools/call") return this.#call(asked, signal, onStream);
    return this.#session.request(asked, modernHeaders(modernVersion, method, asked.params), signal, onStream);
  }

  #once(method: string, params: JsonObject, signal: AbortSignal): AsyncIterable<TargetMessage> {
    return this.#ask({ jsonrpc: "2.0", id: `countersign-${crypto.randomUUID()}`, method, params }, signal);
  }

  #withMeta(message: RpcMessage): JsonObject {
    const _meta: JsonObject = {
      ...metaOf(message),
      [metaKeys.version]: modernVersion,
      [metaKeys.clientInfo]: this.#clientInfo,
      [metaKeys.capabilities]: this.#capabilities,
      ...(this.#level === null ? {} : { [metaKeys.logLevel]: this.#level }),
    };
    return { ...paramsOf(message), _meta };
  }

  /** A call with the headers that its tool wants, looked up where they aren't known or are said to be others by now. */
  async *#call(asked: RpcMessage, signal: AbortSignal, onStream?: OnStream): Messages {
    const params = paramsOf(asked);
    const tool = typeof params.name === "string" ? params.name : "";
    const declared = paramHeadersOf(this.#via);
    const learn = async (): Promise<void> => {
      const headers = modernHeaders(modernVersion, "tools/list", {});
      await declaredTool(this.#session, tool, params, headers, signal, async (page) => declared.note(page));
    };
    if (!declared.has(tool)) await learn();
    const headers = (): ProtocolHeaders => ({
      ...modernHeaders(modernVersion, "tools/call", params),
      ...declared.of(tool, params.arguments),
    });
    try {
      yield* this.#session.request(asked, headers(), signal, onStream);
    } catch (error) {
      if (!isHeaderMismatch(error)) throw error;
      // It was refused before it ran: the tool was declared anew since (2026-07-28, "Client Behavior").
      await learn();
      yield* this.#session.request(asked, headers(), signal, onStream);
    }
  }
}

function isHeaderMismatch(error: unknown): boolean {
  if (!(error instanceof TargetError) || error.status !== 400 || !isJsonObject(error.rpcError)) return false;
  return error.rpcError.code === headerMismatchCode;
}
