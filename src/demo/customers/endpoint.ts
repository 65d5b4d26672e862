import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
  type McpServer,
} from "@modelcontextprotocol/server";

/** More clients than a demo has; the session that came first makes room. */
const mostSessions = 200;

/** Both protocol eras at one address: stateless for 2026-07-28, with sessions for older clients. */
export interface Endpoint {
  readonly listener: RequestListener;
  close(): Promise<void>;
}

/** Serves what `makeServer` makes to loopback callers at `/mcp`; a foreign Host or Origin gets 403. */
export function endpoint(makeServer: () => McpServer): Endpoint {
  const modern = createMcpHandler(makeServer, { legacy: "reject" });
  const sessions = new LegacySessions(makeServer);
  const handle = toNodeHandler({
    fetch: async (request) =>
      (await isLegacyRequest(request)) ? await sessions.fetch(request) : await modern.fetch(request),
  });
  const hostAllowed = localhostHostValidation();
  const originAllowed = localhostOriginValidation();
  return {
    listener: (request, response) => {
      if (!hostAllowed(request, response) || !originAllowed(request, response)) return;
      if (request.url !== "/mcp" || !hasMethod(request)) {
        response.writeHead(404).end();
        return;
      }
      handle(request, response).catch(() => response.destroy());
    },
    close: async () => {
      await Promise.all([modern.close(), sessions.close()]);
    },
  };
}

/** A server's requests always have one; Node's type also covers a client's responses. */
function hasMethod(request: IncomingMessage): request is IncomingMessage & { method: string; url: string } {
  return request.method !== undefined && request.url !== undefined;
}

/** The sessions of 2025-11-25 and older, by `Mcp-Session-Id`. */
class LegacySessions {
  readonly #makeServer: () => McpServer;
  readonly #open = new Map<string, WebStandardStreamableHTTPServerTransport>();

  constructor(makeServer: () => McpServer) {
    this.#makeServer = makeServer;
  }

  async fetch(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return await (await this.#begin()).handleRequest(request);
    const session = this.#open.get(id);
    if (session === undefined) return refusal(404, -32001, "Session not found");
    return await session.handleRequest(request);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((session) => session.close()));
  }

  /** A session that is kept only once its first request turned out to be a good `initialize`. */
  async #begin(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: async (id) => {
        await this.#makeRoom();
        this.#open.set(id, transport);
      },
      onsessionclosed: (id) => void this.#open.delete(id),
    });
    await this.#makeServer().connect(transport);
    return transport;
  }

  async #makeRoom(): Promise<void> {
    const [oldest] = this.#open;
    if (this.#open.size < mostSessions || oldest === undefined) return;
    this.#open.delete(oldest[0]);
    await oldest[1].close();
  }
}

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", id: null, error: { code, message } }, { status });
}
