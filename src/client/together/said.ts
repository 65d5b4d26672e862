import type { Json } from "../../shared/json.ts";
import type { Heard } from "../heard.ts";

/** An answer of the one server's own. */
export function said(message: Json, more: { readonly status?: number; readonly session?: string | null } = {}): Heard {
  const text = JSON.stringify(message);
  return answered(more.status ?? 200, text, more.session ?? null);
}

/** For what needs no answer. */
export function accepted(session: string | null, status = 202): Heard {
  return answered(status, "", session);
}

export function errorOf(id: Json | undefined, code: number, message: string): Json {
  return { jsonrpc: "2.0", id: id ?? null, error: { code, message: `Countersign: ${message}` } };
}

function answered(status: number, text: string, session: string | null): Heard {
  const typed =
    text === "" ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
  return {
    status,
    headers: session === null ? typed : { ...typed, "mcp-session-id": session },
    isAnew: false,
    pass: async (into) => {
      if (text !== "") into.write(Buffer.from(text));
    },
    text: async () => text,
    drop: () => undefined,
  };
}
