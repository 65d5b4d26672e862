import { isJsonObject, type Json } from "../shared/json.ts";

/** What a client's POST holds, looked at only where something has to be said of it. */
export interface ClientMessage {
  /** A notification and an answer of the client's have none. */
  readonly id: string | number | null;
  readonly method: string | null;
  /** Neither a request nor a notification nor an answer can be read in it. */
  readonly isUnread: boolean;
}

/** The message of these bytes. Nothing is judged by it: that is the gateway's, with its stricter parser. */
export function readMessage(bytes: Buffer): ClientMessage {
  const message = parsed(bytes);
  if (!isJsonObject(message)) return { id: null, method: null, isUnread: true };
  const { id, method } = message;
  const asks = typeof method === "string";
  const named = asks && (typeof id === "string" || typeof id === "number") ? id : null;
  return { id: named, method: asks ? method : null, isUnread: false };
}

/** Whether this method changes nothing at a target, so that it may be asked twice. A session opened in vain ends by itself. */
export function isRepeatableMethod(method: string | null): boolean {
  return method !== null && repeatable.has(method);
}

const repeatable: ReadonlySet<string> = new Set([
  "initialize",
  "notifications/initialized",
  "ping",
  "server/discover",
  "tools/list",
  "resources/list",
  "resources/templates/list",
  "prompts/list",
]);

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    return null;
  }
}
