import type { Json } from "../../shared/json.ts";

/** Where each connection goes on, in a list or a stream that is all of theirs: those that have no more are left out. */
export type Cursor = ReadonlyMap<string, string | null>;

/** A cursor of the one server's; null where it is none. */
export function readCursor(cursor: Json | undefined): ReadonlyMap<string, string> | null {
  if (typeof cursor !== "string") return null;
  try {
    const pairs: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(pairs)) return null;
    const read = pairs.flatMap((pair: unknown) => {
      const [connection, at] = Array.isArray(pair) ? (pair as unknown[]) : [];
      return typeof connection === "string" && typeof at === "string" ? [[connection, at] as const] : [];
    });
    return read.length === pairs.length ? new Map(read) : null;
  } catch {
    return null;
  }
}

export function writeCursor(cursor: readonly (readonly [string, string])[]): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}
