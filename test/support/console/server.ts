import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { z } from "zod";
import { messageText } from "../../../src/client/message-text.ts";
import { readPages } from "../../../src/client/console-pages.ts";
import { contextWith } from "./context.ts";
import type { ConsoleEvents, ConsoleState } from "../../../src/shared/console.ts";
import type { Failure, Result } from "../../../src/shared/errors.ts";

/** What a call is answered, by its input. */
type Answerer = (input: Readonly<Record<string, unknown>>) => Result<unknown>;

/** The owner's end of the loopback bridge, saying whatever state a test crafts. */
export interface ConsoleServer {
  /** A link that is good once. */
  link(): string;
  say(state: ConsoleState): void;
  /** A request by its id, or a page. */
  show(what: string | ConsoleEvents["show"]): void;
  /** Sends any text to every open socket. */
  send(text: string): void;
  /** Calls so far, oldest first, but for those that an open page makes by itself. */
  readonly calls: readonly ConsoleRequest[];
  /** What the next calls of this name are answered; without it `{ok: true, value: null}`. */
  answer(call: string, result: Result<unknown> | Answerer): void;
  refuse(call: string, error: Failure): void;
  /** Closes every socket with this code. */
  drop(code?: number): void;
  /** Whether new sockets are served, or closed at once. */
  accept(accepts: boolean): void;
  close(): Promise<void>;
}

/** The tray app's policy for the same pages, but for the socket that only loopback has: what breaks there fails here. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const request = z.object({ id: z.number(), call: z.string(), input: z.record(z.string(), z.unknown()) });
type ConsoleRequest = z.infer<typeof request>;

/** Serves the built pages in `folder` on a port of the system's choice. */
export async function serveTestConsole(folder: string, first: ConsoleState | null): Promise<ConsoleServer> {
  const pages = await readPages(folder);
  const codes = new Set<string>();
  const keys = new Set<string>();
  const calls: ConsoleRequest[] = [];
  const results = new Map<string, Result<unknown> | Answerer>();
  let state = first;
  let accepts = true;

  const server = createServer((incoming, response) => {
    const page = pages.get(incoming.url ?? "");
    if (incoming.url === "/session")
      exchange(incoming, response, codes, keys).catch((error: unknown) => response.writeHead(500).end(String(error)));
    else
      response
        .writeHead(page ? 200 : 404, page ? { "content-type": page.type, "content-security-policy": policy } : {})
        .end(page?.bytes);
  });
  const sockets = new WebSocketServer({ server, path: "/bridge" });
  const open = new Set<WebSocket>();
  const tell = (text: string) => open.forEach((socket) => socket.send(text));
  const receive = (socket: WebSocket, text: string) => {
    const asked = request.parse(JSON.parse(text));
    if (!byThemselves.has(asked.call)) calls.push(asked);
    const answer = results.get(asked.call) ?? unasked(asked);
    const result = typeof answer === "function" ? answer(asked.input) : answer;
    socket.send(JSON.stringify({ id: asked.id, result }));
  };
  sockets.on("connection", (socket) => {
    if (!accepts) return socket.close(1013);
    socket.once("message", (data) => {
      const shown = z.object({ key: z.string() }).parse(JSON.parse(messageText(data)));
      if (!keys.has(shown.key)) return socket.close(4401);
      open.add(socket);
      socket.on("message", (next) => receive(socket, messageText(next)));
      return state && socket.send(whole(state));
    });
    return socket.on("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    calls,
    link() {
      const code = randomBytes(8).toString("hex");
      codes.add(code);
      return `http://127.0.0.1:${port}/#code=${code}`;
    },
    say(next) {
      state = next;
      tell(whole(next));
    },
    show: (what) => {
      const data = typeof what === "string" ? { approval: what } : what;
      tell(JSON.stringify({ event: "show", data }));
    },
    send: tell,
    answer: (call, result) => void results.set(call, result),
    refuse: (call, error) => void results.set(call, { ok: false, error }),
    drop: (code = 1001) => sockets.clients.forEach((socket) => socket.close(code)),
    accept: (next) => void (accepts = next),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function whole(state: ConsoleState): string {
  return JSON.stringify({ event: "state", data: { kind: "whole", revision: 0, state } });
}

/** What pages ask by themselves. */
const byThemselves: ReadonlySet<string> = new Set(["approvals.look", "approvals.context", "setup.list"]);

/** Of a request nothing else is known where a test says nothing else. */
function unasked({ call, input }: ConsoleRequest): Result<unknown> {
  if (call === "setup.list") return { ok: true, value: [] };
  if (call !== "approvals.context" || typeof input["id"] !== "string") return { ok: true, value: null };
  return { ok: true, value: contextWith({ id: input["id"] }) };
}

async function exchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  codes: Set<string>,
  keys: Set<string>,
): Promise<void> {
  let body = "";
  for await (const chunk of incoming) body += String(chunk);
  const { code } = z.object({ code: z.string() }).parse(JSON.parse(body));
  if (!codes.delete(code)) return void response.writeHead(401).end();
  const key = randomBytes(32).toString("base64url");
  keys.add(key);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ key }));
}
