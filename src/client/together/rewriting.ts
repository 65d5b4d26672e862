import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { joinedUri } from "./names.ts";

/** A connection's message as the client of the one server gets it: its addresses, and the ids of what it asks, say whose they are. */
export function towardsClient(connection: string, message: Json): Json {
  if (!isJsonObject(message)) return message;
  const { method, id, params, result } = message;
  if (typeof method !== "string")
    return isJsonObject(result) ? { ...message, result: rewritten(connection, result) } : message;
  const given = isJsonObject(params) ? params : null;
  if (id !== undefined)
    return {
      ...message,
      id: joinedId(connection, id),
      ...(given === null ? {} : { params: asking(connection, given) }),
    };
  if (method === "notifications/cancelled" && given?.requestId !== undefined)
    return { ...message, params: { ...given, requestId: joinedId(connection, given.requestId) } };
  if (method === "notifications/resources/updated" && typeof given?.uri === "string")
    return { ...message, params: { ...given, uri: joinedUri(connection, given.uri) } };
  if (method === "notifications/message" && given !== null) {
    const logger = typeof given.logger === "string" ? `${connection}/${given.logger}` : connection;
    return { ...message, params: { ...given, logger } };
  }
  return message;
}

/** What a connection asks of the client: the token of its progress says whose it is. */
function asking(connection: string, params: JsonObject): JsonObject {
  const { _meta: meta } = params;
  if (!isJsonObject(meta) || meta.progressToken === undefined) return params;
  return { ...params, _meta: { ...meta, progressToken: joinedId(connection, meta.progressToken) } };
}

/** A result, with the addresses of the resources that it names or holds. */
function rewritten(connection: string, result: JsonObject): JsonObject {
  const { content, contents, messages } = result;
  return {
    ...result,
    ...(Array.isArray(content) ? { content: content.map((each: Json) => ofContent(connection, each)) } : {}),
    ...(Array.isArray(contents) ? { contents: contents.map((each: Json) => withUri(connection, each)) } : {}),
    ...(Array.isArray(messages) ? { messages: messages.map((each: Json) => ofPrompt(connection, each)) } : {}),
  };
}

function ofPrompt(connection: string, message: Json): Json {
  return isJsonObject(message) ? { ...message, content: ofContent(connection, message.content ?? null) } : message;
}

function ofContent(connection: string, content: Json): Json {
  if (!isJsonObject(content)) return content;
  if (content.type === "resource_link") return withUri(connection, content);
  if (content.type === "resource") return { ...content, resource: withUri(connection, content.resource ?? null) };
  return content;
}

function withUri(connection: string, value: Json): Json {
  return isJsonObject(value) && typeof value.uri === "string"
    ? { ...value, uri: joinedUri(connection, value.uri) }
    : value;
}

function joinedId(connection: string, id: Json): string {
  return `${connection} ${JSON.stringify(id)}`;
}

/** Whose question an answer or progress of the client's is about, and by which id or token; null where it is about none. */
export function splitId(joined: Json | undefined): { readonly connection: string; readonly id: Json } | null {
  const [, connection, id] = typeof joined === "string" ? (/^([a-z0-9][a-z0-9-]{0,62}) (.+)$/s.exec(joined) ?? []) : [];
  if (connection === undefined || id === undefined) return null;
  try {
    return { connection, id: JSON.parse(id) as Json };
  } catch {
    return null;
  }
}
