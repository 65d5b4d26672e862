import { isJsonObject, type Json } from "../../shared/json.ts";
import type { Opening } from "./session.ts";

/**
 * A session's id in the one server holds how it was opened, so that it outlives this process: clients don't begin anew by themselves.
 * It is no secret and proves nothing: a session is the client's whose token came with it, whatever its id says.
 */
export function writeSessionId(opening: Opening, random: string): string {
  const text = Buffer.from(JSON.stringify(opening)).toString("base64url");
  return text.length > mostLength ? random : `${random}.${text}`;
}

/** Null for an id that holds nothing. */
export function readSessionId(id: string): Opening | null {
  const text = /^[\w-]{36}\.([\w-]+)$/.exec(id)?.[1];
  if (text === undefined || text.length > mostLength) return null;
  const opening = parsed(Buffer.from(text, "base64url").toString("utf8"));
  if (!isJsonObject(opening)) return null;
  const { version, capabilities, clientInfo } = opening;
  if (typeof version !== "string" || !isJsonObject(capabilities) || !isJsonObject(clientInfo)) return null;
  return { version, capabilities, clientInfo };
}

/** Node takes 16 KiB of headers in all. */
const mostLength = 4_096;

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
