import type { ClientClaim } from "../shared/client-claim.ts";
import { isJsonObject, type Json } from "../shared/json.ts";
import { isBlank } from "../shared/visible.ts";
import { headerValues, type RawHeaders } from "./loopback-guard.ts";

/** How an MCP client program names itself when a conversation begins. Its own claim, of which nothing but a display is made. */
export type Introduction = Pick<ClientClaim, "name" | "version">;

/** What the bytes of a POST introduce, or null. A call is not looked into: the headers, or the lack of a session, tell it from a beginning. */
export function introductionIn(headers: RawHeaders, bytes: Buffer): Introduction | null {
  const [method] = headerValues(headers, "mcp-method");
  const begins =
    method === undefined
      ? headerValues(headers, "mcp-session-id").length === 0 && bytes.includes('"initialize"')
      : beginnings.has(method);
  return begins ? introductionOf(parsed(bytes)) : null;
}

/** What a message introduces: `initialize` in the legacy era, in the modern one the requests that a conversation begins with. */
export function introductionOf(message: Json): Introduction | null {
  if (!isJsonObject(message) || typeof message.method !== "string" || !beginnings.has(message.method)) return null;
  const params = isJsonObject(message.params) ? message.params : {};
  const meta = isJsonObject(params._meta) ? params._meta : {};
  const info = message.method === "initialize" ? params.clientInfo : meta["io.modelcontextprotocol/clientInfo"];
  if (!isJsonObject(info) || typeof info.name !== "string" || isBlank(info.name)) return null;
  const version = typeof info.version === "string" && !isBlank(info.version) ? info.version : null;
  return { name: bounded(info.name, 100), version: version === null ? null : bounded(version, 40) };
}

const beginnings: ReadonlySet<string> = new Set(["initialize", "server/discover", "tools/list"]);

/** As it came, hidden characters too: whoever shows it makes them visible. */
function bounded(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${Array.from(text.slice(0, 2 * longest))
    .slice(0, longest - 1)
    .join("")}…`;
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    return null;
  }
}
