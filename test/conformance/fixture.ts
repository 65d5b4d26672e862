import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
  type ServerNotifier,
} from "@modelcontextprotocol/server";
import { addAskingTools } from "./fixture/asking.ts";
import { addContentTools, text } from "./fixture/content.ts";
import { eventLog } from "./fixture/event-log.ts";
import { addPrompts, addResources } from "./fixture/reading.ts";
import { addRounds, states } from "./fixture/rounds.ts";

/** The server that the public conformance suite asks for, both eras at one address of 127.0.0.1. */
export async function startFixture(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const modern = createMcpHandler(() => fixtureServer(() => modern.notify), { legacy: "reject" });
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const handle = toNodeHandler({
    fetch: async (request) =>
      (await isLegacyRequest(request)) ? await legacy(request, sessions) : await modern.fetch(request),
  });
  const hostAllowed = localhostHostValidation();
  const originAllowed = localhostOriginValidation();
  const server = createServer((request, response) => {
    if (!hostAllowed(request, response) || !originAllowed(request, response) || !isCall(request)) return;
    handle(request, response).catch(() => response.destroy());
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.closeAllConnections();
      server.close();
      await Promise.all([modern.close(), ...[...sessions.values()].map((session) => session.close())]);
    },
  };
}

/** A server's requests always have both; Node's type also covers a client's responses. */
function isCall(request: IncomingMessage): request is IncomingMessage & { method: string; url: string } {
  return request.method !== undefined && request.url !== undefined;
}

async function legacy(
  request: Request,
  sessions: Map<string, WebStandardStreamableHTTPServerTransport>,
): Promise<Response> {
  const id = request.headers.get("mcp-session-id");
  if (id !== null) {
    const session = sessions.get(id);
    if (session !== undefined) return await session.handleRequest(request);
    const error = { code: -32001, message: "Session not found" };
    return Response.json({ jsonrpc: "2.0", id: null, error }, { status: 404 });
  }
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: eventLog(),
    retryInterval: 500,
    onsessioninitialized: (opened) => void sessions.set(opened, transport),
    onsessionclosed: (closed) => void sessions.delete(closed),
  });
  await fixtureServer(() => null).connect(transport);
  return await transport.handleRequest(request);
}

/** One server, of a legacy session or of one modern request; `notifier` reaches the streams of `subscriptions/listen`. */
function fixtureServer(notifier: () => ServerNotifier | null): McpServer {
  const capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
    completions: {},
  };
  const server = new McpServer(
    { name: "conformance-fixture", version: "1.0.0" },
    { capabilities, requestState: { verify: (state, ctx) => states.verify(state, ctx) } },
  );
  addContentTools(server);
  addAskingTools(server);
  addRounds(server);
  addResources(server);
  addPrompts(server);
  server.registerTool("test_trigger_tool_change", { description: "Says that the tools changed." }, () => {
    notifier()?.toolsChanged();
    return { content: [text("said")] };
  });
  server.registerTool("test_trigger_prompt_change", { description: "Says that the prompts changed." }, () => {
    notifier()?.promptsChanged();
    return { content: [text("said")] };
  });
  return server;
}
