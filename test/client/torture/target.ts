import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { serve, type Served } from "../../gateway/connections/servers.ts";

/** A target of both eras that counts what it ran, answers with megabytes, and streams. */
export interface Target {
  readonly url: string;
  /** How often each call with an effect ran, by its mark. */
  readonly ran: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** The whole answer of `get_bytes`, whose digest its caller can tell. */
export function bytesOf(size: number, mark: string): string {
  return `${mark} `.repeat(Math.ceil(size / (mark.length + 1))).slice(0, size);
}

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

export async function startTarget(): Promise<Target> {
  const ran = new Map<string, number>();
  const served: Served = await serve(async (request, response, body) => {
    served.seen.length = 0;
    if (request.method !== "POST") return void response.writeHead(405).end();
    const asked = message.parse(JSON.parse(body));
    if (asked.id === undefined) return void response.writeHead(202).end();
    const { name, arguments: args = {} } = asked.params ?? {};
    if (asked.method !== "tools/call") return answer(response, asked.id, wordsFor(asked.method));
    if (name === "append") ran.set(args.mark ?? "", (ran.get(args.mark ?? "") ?? 0) + 1);
    if (name === "get_events") await stream(response, asked);
    else
      answer(response, asked.id, text(name === "append" ? `${args.mark}` : bytesOf(args.size ?? 0, args.mark ?? "")));
  });
  return { url: served.url, ran, close: () => served.close() };
}

const message = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .object({
      name: z.string().optional(),
      arguments: z.object({ mark: z.string(), size: z.number() }).partial().optional(),
      protocolVersion: z.string().optional(),
      _meta: z.object({ progressToken: z.union([z.string(), z.number()]).optional() }).optional(),
    })
    .optional(),
});
type Message = z.infer<typeof message>;

const tools = ["append", "get_bytes", "get_events"].map((name) => ({ name, inputSchema: { type: "object" } }));
const serverInfo = { name: "torture", version: "1" };

function wordsFor(method: string): object {
  if (method === "initialize") return { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
  if (method === "server/discover")
    return {
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
      serverInfo,
      ttlMs: 0,
      cacheScope: "private",
    };
  return method === "tools/list" ? { resultType: "complete", tools, ttlMs: 0, cacheScope: "private" } : {};
}

function text(said: string): object {
  return { resultType: "complete", content: [{ type: "text", text: said }] };
}

function answer(response: ServerResponse, id: Message["id"], result: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

/** So many events of progress, numbered from 1, as fast as they are taken, and then the answer. */
async function stream(response: ServerResponse, { id, params }: Message): Promise<void> {
  const total = params?.arguments?.size ?? 0;
  const progressToken = params?._meta?.progressToken ?? 0;
  response.writeHead(200, { "content-type": "text/event-stream" });
  const say = (said: object): boolean => response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...said })}\n\n`);
  for (let progress = 1; progress <= total && !response.destroyed; progress += 1) {
    const hasRoom = say({ method: "notifications/progress", params: { progressToken, progress, total } });
    if (!hasRoom) await room(response);
  }
  say({ id, result: text(`${total}`) });
  response.end();
}

function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
