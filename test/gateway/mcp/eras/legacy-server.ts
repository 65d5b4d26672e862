import { randomUUID } from "node:crypto";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { serve, type Served } from "../../connections/servers.ts";

/** What a legacy server has seen of its clients. */
export interface LegacyServer extends Served {
  readonly cancelled: string[];
  readonly subscribed: string[];
  readonly ran: string[];
  /** Loses its sessions, as a restart does. */
  forget(): void;
  /** Says that a resource changed, and that the list of tools did. */
  announce(): Promise<void>;
}

/** A server on SDK 1 with sessions (2025-11-25), which knows nothing of 2026-07-28. */
export async function legacyServer(): Promise<LegacyServer> {
  const sessions = new Map<string, { transport: StreamableHTTPServerTransport; server: McpServer }>();
  const notes = { cancelled: [] as string[], subscribed: [] as string[], ran: [] as string[] };
  const served = await serve(async (request, response, body) => {
    const id = request.headers["mcp-session-id"];
    const parsed: unknown = body === "" ? undefined : JSON.parse(body);
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (known !== undefined) return await known.transport.handleRequest(request, response, parsed);
    if (id !== undefined) return void response.writeHead(404).end();
    const server = openServer(notes);
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (session) => void sessions.set(session, { transport, server }),
    });
    await server.connect(transport);
    await transport.handleRequest(request, response, parsed);
  });
  return {
    ...served,
    ...notes,
    forget: () => sessions.clear(),
    async announce() {
      for (const { server } of sessions.values()) {
        await server.server.sendResourceUpdated({ uri: "test://one" });
        server.sendToolListChanged();
      }
    },
  };
}

function openServer(notes: { cancelled: string[]; subscribed: string[]; ran: string[] }): McpServer {
  const server = new McpServer(
    { name: "old", version: "3" },
    {
      capabilities: { logging: {}, resources: { subscribe: true }, tools: { listChanged: true } },
      instructions: "Old.",
    },
  );
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    notes.subscribed.push(params.uri);
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    notes.subscribed.splice(notes.subscribed.indexOf(params.uri), 1);
    return {};
  });
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }, extra) => {
    const { progressToken } = extra._meta ?? {};
    if (progressToken !== undefined)
      await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    await extra.sendNotification({ method: "notifications/message", params: { level: "info", data: "adding" } });
    return text(String(a + b));
  });
  // Asked on the stream of the call.
  server.registerTool("greet", {}, async (extra) => {
    notes.ran.push("greet");
    const form = { type: "object" as const, properties: { name: { type: "string" as const } } };
    const params = { mode: "form" as const, message: "Who are you?", requestedSchema: form };
    const who = await extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema);
    // Asked on the stream of the session.
    const said = await server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: "Hello?" } }],
      maxTokens: 10,
    });
    return text(`${String(who.content?.name)} ${said.content.type === "text" ? said.content.text : ""}`);
  });
  server.registerTool("wait", {}, async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    notes.cancelled.push("wait");
    return text("cancelled");
  });
  server.registerResource("one", "test://one", {}, () => ({ contents: [{ uri: "test://one", text: "1" }] }));
  server.registerPrompt("hi", {}, () => ({ messages: [{ role: "user", content: { type: "text", text: "hi" } }] }));
  return server;
}

function text(said: string) {
  return { content: [{ type: "text" as const, text: said }] };
}
