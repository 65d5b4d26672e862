import { createHash, randomUUID } from "node:crypto";
import { methodNotFoundCode } from "./classify.ts";
import { canonical, isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { TargetError, type ProtocolHeaders, type RpcMessage, type TargetSession } from "../../shared/target.ts";

/** A tool as its server declares it. All of it is the server's claim. */
export interface DeclaredTool {
  readonly name: string;
  readonly description: string | null;
  readonly annotations: JsonObject | null;
  /** Changes with the tool's name, description, schemas and annotations. */
  readonly fingerprint: string;
}

/** More pages than this is no list but an attack. */
const mostPages = 100;

/**
 * Asks the target how it declares this tool now, within the caller's own conversation. `like` is the call's parameters, whose
 * `_meta` a modern request must carry; `onPage` gets each page. Null where the target doesn't list the tool. Throws TargetError.
 */
export async function declaredTool(
  session: TargetSession,
  name: string,
  like: JsonObject,
  headers: ProtocolHeaders,
  signal: AbortSignal,
  onPage: (result: JsonObject) => Promise<void>,
): Promise<DeclaredTool | null> {
  try {
    return await findTool(session, name, like, headers, signal, onPage);
  } catch (error) {
    if (!signal.aborted || error instanceof TargetError) throw error;
    throw new TargetError("timeout", "The target did not list its tools in time.", { cause: error });
  }
}

async function findTool(
  session: TargetSession,
  name: string,
  like: JsonObject,
  headers: ProtocolHeaders,
  signal: AbortSignal,
  onPage: (result: JsonObject) => Promise<void>,
): Promise<DeclaredTool | null> {
  let cursor: Json | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const result = await listPage(session, like, headers, cursor, signal);
    await onPage(result);
    const tools = Array.isArray(result.tools) ? result.tools : [];
    const tool = tools.find((each) => isJsonObject(each) && each.name === name);
    if (isJsonObject(tool)) return declared(name, tool);
    if (typeof result.nextCursor !== "string") return null;
    cursor = result.nextCursor;
  }
  return null;
}

async function listPage(
  session: TargetSession,
  like: JsonObject,
  headers: ProtocolHeaders,
  cursor: Json | undefined,
  signal: AbortSignal,
): Promise<JsonObject> {
  // Not to be guessed: a client's own request under the same id could get this answer, or give another.
  const id = `countersign-list-${randomUUID()}`;
  const params = { ...metaOf(like), ...(cursor === undefined ? {} : { cursor }) };
  const message: RpcMessage = { jsonrpc: "2.0", id, method: "tools/list", params };
  for await (const { message: answer } of session.request(message, listHeaders(headers), signal)) {
    if (answer.method === undefined) return pageOf(answer);
  }
  return {};
}

/** A server may have tools that it lists nowhere; one that failed to list them has said nothing of them. */
function pageOf({ result, error }: RpcMessage): JsonObject {
  if (isJsonObject(result)) return result;
  if (error === undefined || (isJsonObject(error) && error.code === methodNotFoundCode)) return {};
  throw new TargetError("http", "The target refused to list its tools.", { rpcError: error });
}

/** The envelope of the call without its progress token, which belongs to the call alone. */
function metaOf(like: JsonObject): JsonObject {
  if (!isJsonObject(like._meta)) return {};
  const { progressToken: _progressToken, ...meta } = like._meta;
  return { _meta: meta };
}

function listHeaders(headers: ProtocolHeaders): ProtocolHeaders {
  const version = headers["mcp-protocol-version"];
  const base = version === undefined ? {} : { "mcp-protocol-version": version };
  return headers["mcp-method"] === undefined ? base : { ...base, "mcp-method": "tools/list" };
}

/** A tool of this name from what `tools/list` says of it. */
export function declared(name: string, tool: JsonObject): DeclaredTool {
  const { description = null, inputSchema = null, outputSchema = null, annotations = null } = tool;
  const text = canonical({ name, description, inputSchema, outputSchema, annotations });
  return {
    name,
    description: typeof description === "string" ? description : null,
    annotations: isJsonObject(annotations) ? annotations : null,
    fingerprint: createHash("sha256").update(text).digest("base64url"),
  };
}
