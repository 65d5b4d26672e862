import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { z } from "zod";
import type { Client } from "./client.ts";
import { createConsoleBridge } from "./console-bridge.ts";
import { createConsoleKeys, type ConsoleKeys } from "./console-keys.ts";
import { readPages, type Page } from "./console-pages.ts";
import { headerValues, ownHost, plainHeaders } from "./loopback-guard.ts";
import { listenLoopback } from "./loopback.ts";

/** The console in a browser of this machine (rule 8): its own port, a one-time link, a key in page memory. */
export interface ConsoleServer {
  /** `http://127.0.0.1:P/#code=CODE`, good once and for 60 s. The fragment never travels to a server or into a log. */
  link(): string;
  close(): Promise<void>;
}

/** `folder`: the built console. The port is the system's choice, in both address families. */
export async function serveConsole(client: Client, folder: string, now: () => number): Promise<ConsoleServer> {
  const pages = await readPages(folder);
  const keys = createConsoleKeys(now);
  const bridge = createConsoleBridge(client, keys);
  const loopback = await listenLoopback(0, (request, response) => {
    void answer(request, response, loopback.port, pages, keys);
  });
  for (const server of loopback.servers)
    server.on("upgrade", (request, socket: Duplex, head) => {
      socket.on("error", () => socket.destroy());
      if (!isOwnUpgrade(request, loopback.port)) socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      else bridge.handleUpgrade(request, socket, head, (opened) => bridge.emit("connection", opened));
    });
  return {
    link: () => `http://127.0.0.1:${loopback.port}/#code=${keys.code()}`,
    async close() {
      for (const socket of bridge.clients) socket.terminate();
      bridge.close();
      await loopback.close();
    },
  };
}

const mostBytes = 1024;
const exchange = z.strictObject({ code: z.string().length(43) });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  pages: ReadonlyMap<string, Page>,
  keys: ConsoleKeys,
): Promise<void> {
  for (const [name, value] of Object.entries(headersFor(port))) response.setHeader(name, value);
  const host = ownHost(request.rawHeaders, port);
  if (host === null) return refuse(response, 403);
  const origins = headerValues(request.rawHeaders, "origin");
  if (origins.some((origin) => origin !== `http://${host}`)) return refuse(response, 403);
  if (request.url === "/session") return await openSession(request, response, origins, keys);
  const page = pages.get(request.url ?? "");
  if (page === undefined) return refuse(response, 404);
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
  response.writeHead(200, { "content-type": page.type, "content-length": page.bytes.length });
  response.end(request.method === "HEAD" ? undefined : page.bytes);
}

/** `POST /session {code}` → `{key}`: only from our own page, which a browser proves by its Origin. */
async function openSession(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
  keys: ConsoleKeys,
): Promise<void> {
  if (request.method !== "POST") return refuse(response, 405);
  if (origins.length !== 1) return refuse(response, 403);
  const asked = exchange.safeParse(await readJson(request));
  if (!asked.success) return refuse(response, 400);
  const key = keys.exchange(asked.data.code);
  if (key === null) return refuse(response, 401);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ key }));
}

function isOwnUpgrade(request: IncomingMessage, port: number): boolean {
  const host = ownHost(request.rawHeaders, port);
  const origins = headerValues(request.rawHeaders, "origin");
  return host !== null && origins.length === 1 && origins[0] === `http://${host}` && request.url === "/bridge";
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: "close" }).end();
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > mostBytes) return undefined;
      chunks.push(bytes);
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    // Not JSON, or the page has gone: no code either way.
    return undefined;
  }
}

/** `'self'` covers WebSockets in today's browsers; the two addresses are for those where it doesn't (CSP has no form for `[::1]`). */
function headersFor(port: number): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return {
    ...plainHeaders,
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
}
