import type { JsonObject } from "../../../src/shared/json.ts";
import type { Ground } from "./ground.ts";

/** A legacy client's session with the connection `target`, on bare HTTP. */
export interface LegacySession {
  readonly id: string;
  /** The result of `initialize`. */
  readonly initialized: JsonObject;
  post(message: JsonObject): Promise<Response>;
  get(headers: Readonly<Record<string, string>>): Promise<Response>;
}

export async function openSession(
  { url }: Pick<Ground, "url">,
  token: string,
  capabilities: JsonObject,
): Promise<LegacySession> {
  const shared = {
    authorization: `Bearer ${token}`,
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
  };
  const send = (message: JsonObject, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${url}/mcp/target`, {
      method: "POST",
      headers: { ...shared, ...headers, "content-type": "application/json" },
      body: JSON.stringify(message),
    });
  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities, clientInfo };
  const response = await send({ jsonrpc: "2.0", id: 0, method: "initialize", params }, {});
  const id = response.headers.get("mcp-session-id") ?? "";
  const { result: initialized } = (await response.json()) as { result: JsonObject };
  const session = { "mcp-session-id": id };
  return {
    id,
    initialized,
    post: (message) => send(message, session),
    get: (headers) => fetch(`${url}/mcp/target`, { headers: { ...shared, ...session, ...headers } }),
  };
}

/** The events of an answer's stream, one at a time. */
export class SseReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(response: Response) {
    if (response.body === null) throw new Error("The answer has no body.");
    this.#reader = response.body.getReader();
  }

  /** The fields of the next event, comments aside; null at the end. */
  async event(): Promise<Readonly<Record<string, string>> | null> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await this.#reader.read();
        if (done) return null;
        this.#rest += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const lines = this.#rest.slice(0, end).split("\n");
      this.#rest = this.#rest.slice(end + 2);
      const fields = lines.filter((line) => !line.startsWith(":")).map((line) => /^(\w+): ?(.*)$/.exec(line) ?? []);
      if (fields.length > 0) return Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, value]));
    }
  }

  /** The next event that carries a message. */
  async message(): Promise<JsonObject | null> {
    for (;;) {
      const next = await this.event();
      if (next === null) return null;
      if (next.data !== undefined && next.data !== "") return JSON.parse(next.data) as JsonObject;
    }
  }

  cancel(): void {
    this.#reader.cancel().catch(() => undefined);
  }
}
