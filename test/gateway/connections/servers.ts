import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer as LegacyServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** What an HTTP server was asked, headers as received. */
interface Seen {
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Served {
  readonly url: string;
  readonly port: number;
  readonly seen: Seen[];
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>;

/** Serves on a free loopback port and keeps what was asked. Where the handler throws, the answer is 500 and `failures` has the error. */
export async function serve(handle: Handler): Promise<Served> {
  const seen: Seen[] = [];
  const failures: unknown[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      seen.push({ method: request.method ?? "", headers: request.headers, body });
      answered(handle, request, response, body).catch((error: unknown) => {
        failures.push(error);
        // What can't be answered any more is cut off: whoever waits for it sees an end, as of a server that fell over.
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end(String(error));
      });
    });
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    seen,
    failures,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A handler's own exception becomes a rejection: uncaught, it would fail every test of the run. */
async function answered(handle: Handler, ...asked: Parameters<Handler>): Promise<void> {
  await handle(...asked);
}

/** A server of both eras on SDK 2; stateless. */
export function dualEraServer(): Promise<Served> {
  const handle = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: "dual", version: "1" }, { capabilities: { tools: { listChanged: true } } });
      server.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
        content: [{ type: "text", text: String(a + b) }],
      }));
      return server;
    }),
  );
  return serve(async (request, response, body) => {
    if (hasMethod(request)) await handle(request, response, body === "" ? undefined : JSON.parse(body));
  });
}

function hasMethod(request: IncomingMessage): request is IncomingMessage & { method: string; url: string } {
  return request.method !== undefined && request.url !== undefined;
}

/** A server with sessions on SDK 1, whose streams can be resumed. `forget` loses its sessions, as a restart does. */
export async function sessionServer(): Promise<Served & { forget(): void }> {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const served = await serve(async (request, response, body) => {
    const parsed: unknown = body === "" ? undefined : JSON.parse(body);
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? transports.get(id) : undefined;
    if (id !== undefined && known === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
      return;
    }
    await (known ?? (await openSession(transports))).handleRequest(request, response, parsed);
  });
  return { ...served, forget: () => transports.clear() };
}

async function openSession(
  transports: Map<string, StreamableHTTPServerTransport>,
): Promise<StreamableHTTPServerTransport> {
  const events: { id: string; stream: string; message: JSONRPCMessage }[] = [];
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void transports.set(id, transport),
    retryInterval: 10,
    eventStore: {
      async storeEvent(stream, message) {
        events.push({ id: String(events.length + 1), stream, message });
        return String(events.length);
      },
      async replayEventsAfter(last, { send }) {
        const from = events.findIndex(({ id }) => id === last);
        const stream = events[from]?.stream ?? "";
        for (const event of events.slice(from + 1)) {
          if (event.stream === stream) await send(event.id, event.message);
        }
        return stream;
      },
    },
  });
  const server = new LegacyServer({ name: "sessions", version: "1" });
  server.registerTool("slow", { inputSchema: { drop: z.boolean() } }, async ({ drop }, extra) => {
    const progressToken = extra._meta?.progressToken ?? 0;
    await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    // 2025-11-25: a server may close the stream of a call that runs on, and the client takes it up again.
    if (drop) extra.closeSSEStream?.();
    await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress: 2 } });
    return { content: [{ type: "text", text: "done" }] };
  });
  server.registerTool("announce", {}, async () => {
    await server.sendLoggingMessage({ level: "info", data: "hello" }).catch(() => undefined);
    server.sendToolListChanged();
    return { content: [] };
  });
  await server.connect(transport);
  return transport;
}
