import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { z } from "zod";
import { serve, type Served } from "./servers.ts";

/** A server on SDK 1 that has HTTP+SSE (2024-11-05) alone. `drop` cuts its streams off. `endpoint`: where it says that messages go. */
export async function sseServer(endpoint = "/messages"): Promise<Served & { drop(): void }> {
  const transports = new Map<string, SSEServerTransport>();
  const streams = new Set<{ destroy(): void }>();
  const served = await serve(async (request, response, body) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "GET" && url.pathname === "/mcp") {
      const transport = new SSEServerTransport(endpoint, response);
      transports.set(transport.sessionId, transport);
      streams.add(response);
      await openServer().connect(transport);
      return;
    }
    const transport = transports.get(url.searchParams.get("sessionId") ?? "");
    if (request.method === "POST" && url.pathname === "/messages" && transport !== undefined)
      return await transport.handlePostMessage(request, response, JSON.parse(body));
    response.writeHead(request.method === "POST" && url.pathname === "/mcp" ? 405 : 404).end();
  });
  return {
    ...served,
    drop() {
      for (const stream of streams) stream.destroy();
    },
  };
}

function openServer(): McpServer {
  const server = new McpServer({ name: "older", version: "1" }, { capabilities: { logging: {} } });
  server.registerTool("get_sum", { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }, extra) => {
    const { progressToken } = extra._meta ?? {};
    if (progressToken !== undefined)
      await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    return { content: [{ type: "text", text: String(a + b) }] };
  });
  server.registerTool("get_name", {}, async () => {
    const requestedSchema = { type: "object", properties: { name: { type: "string" } } } as const;
    const { content } = await server.server.elicitInput({ message: "Who?", requestedSchema });
    return { content: [{ type: "text", text: `Hello ${String(content?.name)}` }] };
  });
  server.registerTool("get_nothing", {}, () => new Promise<never>(() => undefined));
  return server;
}
