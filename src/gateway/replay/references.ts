import type { z } from "zod";
import { isJson, type Json } from "../../shared/json.ts";
import { seenPrincipal, seenTool } from "../../shared/ledger.ts";
import { mostSeen } from "../mcp/seen.ts";

export type SeenPrincipal = z.infer<typeof seenPrincipal>;
export type SeenTool = z.infer<typeof seenTool>;

/** What calls of a ledger refer to, read in its order: as much as its gateway takes for recorded, and no more. */
export class References {
  readonly #principals = new Map<string, SeenPrincipal>();
  readonly #tools = new Map<string, SeenTool>();

  /** Takes the body of an entry; other kinds and what can't be read are passed over. */
  note(kind: string, body: string): void {
    if (kind === "principal.seen") {
      const seen = seenPrincipal.safeParse(parsed(body));
      if (seen.success) keep(this.#principals, seen.data.state, seen.data);
    } else if (kind === "tool.declared") {
      const seen = seenTool.safeParse(parsed(body));
      if (seen.success) keep(this.#tools, `${seen.data.connection} ${seen.data.fingerprint}`, seen.data);
    }
  }

  principal(state: string | undefined): SeenPrincipal | undefined {
    return state === undefined ? undefined : this.#principals.get(state);
  }

  tool(connection: string, fingerprint: string): SeenTool | undefined {
    return this.#tools.get(`${connection} ${fingerprint}`);
  }
}

/** The text as JSON, undefined where it is none. */
export function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  // Put again, it is the youngest: the oldest goes first.
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > 2 * mostSeen && oldest.done !== true) map.delete(oldest.value);
}
