import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import { modernHeaders } from "../shared/modern-headers.ts";
import { ParamHeaders } from "../shared/param-headers.ts";
import { isRepeatableMethod } from "./client-message.ts";
import type { Heard } from "./heard.ts";
import type { Ending } from "./departure.ts";
import type { Onward } from "./onward.ts";
import type { Asked } from "./upstream/upstream.ts";

/** A line of a stdio client's as it goes over HTTP: its method and parameters, where it is a request or a notification. */
interface Line {
  readonly bytes: Buffer;
  readonly method: string | null;
  readonly params: JsonObject;
}

/** The headers and the session that Streamable HTTP wants, and a stdio client does not know of, in either era. */
export class StdioHttp {
  readonly #onward: Onward;
  readonly #params = new ParamHeaders();
  #session: string | null = null;
  #version: string | null = null;

  constructor(onward: Onward) {
    this.#onward = onward;
  }

  get hasSession(): boolean {
    return this.#session !== null;
  }

  /** The client's `initialize` was answered so. */
  begun(session: Json | undefined, result: Json | undefined): void {
    if (!isJsonObject(result) || typeof result.protocolVersion !== "string" || typeof session !== "string") return;
    this.#session = session;
    this.#version = result.protocolVersion;
  }

  /** The client's `tools/list` was answered so: what tools want as headers is known from it. */
  listed(result: Json | undefined): void {
    this.#params.note(result);
  }

  /** Sends a line. Throws what the way to the gateway throws. */
  post({ bytes, method, params }: Line, signal: Ending = this.#onward.signal): Promise<Heard> {
    const isRepeatable = () => isRepeatableMethod(method);
    return this.#ask({ method: "POST", headers: this.#headers(method, params), body: bytes, isRepeatable, signal });
  }

  /** A stream from this event on, or the client's own from now on. Throws what the way to the gateway throws. */
  listen(last: string, signal: Ending = this.#onward.signal): Promise<Heard> {
    const since = last === "" ? [] : ["last-event-id", last];
    const headers = [...this.#headers(null, {}), ...since];
    return this.#ask({ method: "GET", headers, body: null, isRepeatable: () => true, signal });
  }

  /** The client has gone: its session ends at the gateway. */
  end(): void {
    if (this.#session === null) return;
    const signal = AbortSignal.timeout(goodbyeMs);
    const asked = { headers: this.#headers(null, {}), body: null, isRepeatable: () => true, signal };
    this.#ask({ method: "DELETE", ...asked }).then(
      (answer) => answer.drop(),
      () => undefined, // it ends by itself
    );
  }

  #ask(asked: Omit<Asked, "connection" | "claims">): Promise<Heard> {
    const { conversations, connection, claims, client } = this.#onward;
    return conversations.ask({ ...asked, connection, claims }, client);
  }

  #headers(method: string | null, params: JsonObject): readonly string[] {
    const plain = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
    const meta = isJsonObject(params._meta) ? params._meta : {};
    const version = meta[versionKey];
    if (method !== null && typeof version === "string" && version >= firstModern) {
      const called = method === "tools/call" && typeof params.name === "string" ? params.name : null;
      const repeated = called === null ? {} : this.#params.of(called, params.arguments);
      return [...plain, ...Object.entries({ ...modernHeaders(version, method, params), ...repeated }).flat()];
    }
    const session = this.#session === null ? [] : ["mcp-session-id", this.#session];
    return [...plain, ...session, ...(this.#version === null ? [] : ["mcp-protocol-version", this.#version])];
  }
}

const versionKey = "io.modelcontextprotocol/protocolVersion";
const firstModern = "2026-07-28";
const goodbyeMs = 2_000;
