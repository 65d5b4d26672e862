import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { parseStrictJson } from "../../shared/strict-json.ts";
import { Collected } from "../upstream/collected.ts";
import { headerValues } from "../loopback-guard.ts";
import type { Conversations } from "../conversations.ts";
import type { Heard } from "../heard.ts";
import type { Asked } from "../upstream/upstream.ts";
import { Instructions } from "./instructions.ts";
import { LegacyTogether } from "./legacy.ts";
import { ModernTogether } from "./modern.ts";
import { invalidRequest } from "./one-server.ts";
import { errorOf, said } from "./said.ts";

/** All that the person may use, in one server: each request goes to the connection that its name says, where the rules judge it by its own. */
export interface Together extends Conversations {
  /** Other connections may be used than before. */
  changed(): void;
}

export interface TogetherOptions {
  readonly conversations: Conversations;
  /** Names of the connections that the person may use now. */
  readonly connections: () => readonly string[];
}

/** What the one server of both eras is made over. */
export interface TogetherParts extends TogetherOptions {
  readonly instructions: Instructions;
}

export function createTogether(options: TogetherOptions): Together {
  const instructions = new Instructions();
  const parts = { ...options, instructions };
  const legacy = new LegacyTogether(parts);
  const modern = new ModernTogether(parts);

  async function ask(asked: Asked, client: string): Promise<Heard> {
    if (asked.method !== "POST") return await legacy.stream(asked, client);
    const text = await textOf(asked.body);
    if (text === null)
      return said(errorOf(null, invalidRequest, "this message is longer than may be."), { status: 413 });
    // As strict as the gateway: what is sent on is written anew, and must say what was said.
    const parsed = parseStrictJson(text);
    if (!parsed.ok) return said(errorOf(null, parseError, parsed.reason), { status: 400 });
    const message = parsed.value;
    if (!isJsonObject(message) || message.jsonrpc !== "2.0")
      return said(errorOf(null, invalidRequest, "this is no JSON-RPC 2.0 message."), { status: 400 });
    return isModern(message, asked)
      ? await modern.take(message, asked, client)
      : await legacy.take(message, asked, client);
  }

  return {
    ask,
    knows: (asked, client) => legacy.knows(asked, client),
    changed() {
      instructions.forget();
      legacy.changed();
      modern.changed();
    },
  };
}

const parseError = -32_700;
const mostBytes = 16 * 1024 * 1024;
const versionKey = "io.modelcontextprotocol/protocolVersion";
const firstModern = "2026-07-28";

function isModern({ params }: JsonObject, { headers }: Asked): boolean {
  const meta: Json = isJsonObject(params) ? (params._meta ?? null) : null;
  const version = isJsonObject(meta) ? meta[versionKey] : undefined;
  const [header = ""] = headerValues(headers, "mcp-protocol-version");
  return (typeof version === "string" && version >= firstModern) || header >= firstModern;
}

async function textOf(body: Asked["body"]): Promise<string | null> {
  if (body === null || Buffer.isBuffer(body)) return body?.toString("utf8") ?? "";
  const collected = new Collected(mostBytes);
  body.pipe(collected);
  await new Promise<void>((resolve) => collected.once("close", resolve).once("finish", resolve));
  return collected.overflowed ? null : collected.text();
}
