import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { WebSocket } from "ws";
import { modernRequest, openGround, result, type Ground } from "./mcp/ground.ts";
import type { Seat } from "./seat.ts";

/** All that can be under way of a person: each resolves with what it ended with, once it has. */
export interface UnderWay {
  /** Their client's own stream. */
  readonly stream: Promise<string>;
  readonly subscription: Promise<string>;
  /** The approvals stream: its close code. */
  readonly feed: Promise<string>;
  readonly held: Promise<string>;
  /** A call that its target does not answer. */
  readonly running: Promise<string>;
}
export const kindsUnderWay = ["stream", "subscription", "feed", "held", "running"] as const;

/** A gateway whose target answers `get_*` never, takes streams, and has calls of `slow_*` held. */
export async function openLasting(): Promise<Ground & { close(): Promise<void> }> {
  const ground = await openGround((request, response, body) => {
    if (request.method !== "POST") {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return;
    }
    const answered = answerTo(body);
    if (answered !== null) {
      response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s1" }).end(answered);
      return;
    }
    const isCall = body.includes('"tools/call"');
    response.writeHead(isCall ? 200 : 202, isCall ? { "content-type": "text/event-stream" } : {});
    if (isCall) response.flushHeaders();
    else response.end();
  });
  await ground.reload((config) => void Object.assign(config, { accepts: "sessions", approvals: { budget: "5m" } }));
  return ground;
}

/** Null for a call, and for what has no answer. */
function answerTo(body: string): string | null {
  const { method, id } = JSON.parse(body) as { method: string; id?: unknown };
  if (id === undefined || method === "tools/call") return null;
  if (method === "server/discover")
    return JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_601, message: "A server of before 2026-07-28." } });
  const tools = [{ name: "slow_thing", inputSchema: { type: "object" } }];
  if (method === "tools/list") return result(body, { tools });
  const capabilities = { tools: { listChanged: true } };
  return result(body, { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "lasting", version: "1" } });
}

let calls = 0;

/** Opens one of each in this person's session, and returns once all of them stand. */
export async function beginAll(ground: Ground, seat: Seat): Promise<UnderWay> {
  const path = "/mcp/target";
  const send = (method: string, body?: object, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${ground.url}${path}`, {
      method,
      headers: {
        ...seat.session.headers(method, path),
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...more,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  const modern = (method: string, params: Parameters<typeof modernRequest>[2]) => {
    calls += 1;
    const { headers, body } = modernRequest(calls, method, params);
    return send("POST", body, headers);
  };

  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const opened = await send("POST", { jsonrpc: "2.0", id: 0, method: "initialize", params });
  const legacy = { "mcp-protocol-version": "2025-11-25", "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
  await opened.text();
  await (await send("POST", { jsonrpc: "2.0", method: "notifications/initialized" }, legacy)).text();
  const stream = await send("GET", undefined, legacy);
  const subscription = await modern("subscriptions/listen", { notifications: { toolsListChanged: true } });

  const feedPath = "/v1/approvals/stream";
  const socket = new WebSocket(`${ground.url.replace("http", "ws")}${feedPath}`, {
    headers: seat.session.headers("GET", feedPath),
  });
  const feed = once(socket, "close").then(([code]) => String(code));
  await once(socket, "message");

  const at = `held ${calls}`;
  const held = whole(modern("tools/call", { name: "slow_thing", arguments: { at } }));
  const running = whole(modern("tools/call", { name: "get_forever", arguments: { at } }));
  const reached = () => ground.target.seen.some(({ body }) => body.includes("get_forever") && body.includes(`"${at}"`));
  // The bench runs this too, without the test runner.
  while (!reached() || !JSON.stringify(await seat.pending()).includes(`"${at}"`)) await setTimeout(10);
  const ends = { stream: whole(Promise.resolve(stream)), subscription: whole(Promise.resolve(subscription)) };
  return { ...ends, feed, held, running };
}

function whole(answer: Promise<Response>): Promise<string> {
  return answer.then((came) => came.text()).catch((error: unknown) => `cut off: ${String(error)}`);
}
