import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { JsonObject } from "../../src/shared/json.ts";

/** One request as it reached the gateway. */
interface Came {
  readonly connection: string;
  /** The JSON-RPC method, `answer` of what has none, or the HTTP method of what has no body. */
  readonly what: string;
  readonly message: JsonObject;
  readonly session: string | undefined;
  readonly last: string | undefined;
}

/** A gateway whose every answer a test writes: for what a real one does at moments that can't be arranged. */
export interface ScriptedGateway {
  readonly origin: string;
  readonly came: readonly Came[];
  /** Forgets every session, as one that was started again has. */
  forget(): void;
  /** What it sends besides `initialize` and 202; false leaves the request to that. */
  answer: (came: Came, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

/** `instructions` by connection. */
export async function scriptedGateway(instructions: Readonly<Record<string, string>> = {}): Promise<ScriptedGateway> {
  const came: Came[] = [];
  const sessions = new Set<string>();
  const server = createServer((request, response) => {
    if (request.url === "/readyz") response.end('{"status":"ready"}');
    else void serve(request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const message = request.method === "POST" ? ((await json(request)) as JsonObject) : {};
    const one: Came = {
      connection: (request.url ?? "").replace("/mcp/", ""),
      what:
        request.method === "POST"
          ? typeof message.method === "string"
            ? message.method
            : "answer"
          : (request.method ?? ""),
      message,
      session: request.headers["mcp-session-id"]?.toString(),
      last: request.headers["last-event-id"]?.toString(),
    };
    came.push(one);
    if (one.session !== undefined && !sessions.has(one.session))
      return say(response, 404, { jsonrpc: "2.0", id: null, error: { code: -32_001, message: "unknown session" } });
    if (gateway.answer(one, response)) return;
    if (one.what === "initialize") {
      const session = `session-${came.length}`;
      sessions.add(session);
      response.setHeader("mcp-session-id", session);
      const serverInfo = { name: one.connection, version: "1" };
      const said = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo };
      const words = instructions[one.connection];
      return say(response, 200, {
        jsonrpc: "2.0",
        id: message.id ?? null,
        result: words === undefined ? said : { ...said, instructions: words },
      });
    }
    if (message.id === undefined || message.method === undefined) return void response.writeHead(202).end();
    say(response, 200, { jsonrpc: "2.0", id: message.id, result: {} });
  }

  const gateway: ScriptedGateway = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    forget: () => sessions.clear(),
    answer: () => false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gateway;
}

function say(response: ServerResponse, status: number, message: JsonObject): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(message));
}

/** Begins an event stream with these events, and leaves it open. */
export function streamed(response: ServerResponse, ...events: readonly string[]): true {
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  for (const event of events) response.write(`${event}\n\n`);
  return true;
}
