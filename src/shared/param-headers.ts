import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { headerValue } from "./modern-headers.ts";
import type { ProtocolHeaders } from "./target.ts";

/** An argument that a header repeats: where it is, and the header's name in lower case. */
interface Repeated {
  readonly path: readonly string[];
  readonly header: string;
}

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
/** The most tools of one target that are remembered; what was seen longest ago goes first. */
const most = 10_000;
/** Deeper than any arguments that a header could be meant for. */
const deepest = 16;
/** Which arguments a target's tools want repeated as `Mcp-Param-*` headers: `x-mcp-header` of their input schemas (2026-07-28, "Custom Headers from Tool Parameters"). */
export class ParamHeaders {
  readonly #tools = new Map<string, readonly Repeated[]>();

  /** Keeps what a page of `tools/list` declares. */
  note(result: Json | undefined): void {
    const tools = isJsonObject(result) && Array.isArray(result.tools) ? (result.tools as readonly Json[]) : [];
    for (const tool of tools)
      if (isJsonObject(tool) && typeof tool.name === "string") this.#keep(tool.name, repeatedIn(tool.inputSchema));
  }

  #keep(tool: string, repeated: readonly Repeated[]): void {
    this.#tools.delete(tool);
    this.#tools.set(tool, repeated);
    const [oldest] = this.#tools.keys();
    if (this.#tools.size > most && oldest !== undefined) this.#tools.delete(oldest);
  }

  has(tool: string): boolean {
    return this.#tools.has(tool);
  }

  /** The headers of a call of this tool. */
  of(tool: string, input: Json | undefined): ProtocolHeaders {
    const headers: Record<string, string> = {};
    for (const { path, header } of this.#tools.get(tool) ?? []) {
      const value = path.reduce<Json | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), input);
      const text = typeof value === "string" ? value : scalarText(value);
      if (text !== null) headers[`mcp-param-${header}`] = headerValue(text);
    }
    return headers;
  }
}

function scalarText(value: Json | undefined): string | null {
  return typeof value === "boolean" || (typeof value === "number" && Number.isSafeInteger(value))
    ? String(value)
    : null;
}

function repeatedIn(schema: Json | undefined, path: readonly string[] = []): Repeated[] {
  if (!isJsonObject(schema) || path.length > deepest) return [];
  const { "x-mcp-header": name, type, properties } = schema;
  const isScalar = type === "string" || type === "integer" || type === "boolean";
  const own = path.length > 0 && isScalar && typeof name === "string" && token.test(name);
  const here = own ? [{ path, header: name.toLowerCase() }] : [];
  const members: JsonObject = isJsonObject(properties) ? properties : {};
  return [...here, ...Object.entries(members).flatMap(([key, member]) => repeatedIn(member, [...path, key]))];
}
