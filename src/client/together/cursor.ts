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

/** How far a client is in a list: its pages so far, and when it asked for the first. */
export interface Pages {
  readonly before: number;
  readonly sinceMs: number;
}

/** What a cursor says of it, at the place of a connection that none is called. */
export function pagesOf(cursor: Cursor | null): Pages {
  const [, before, sinceMs] = /^(\d{1,4}) (\d{1,15})$/.exec(cursor?.get(pagesPlace) ?? "") ?? [];
  return { before: Number(before ?? 0), sinceMs: Number(sinceMs ?? Date.now()) };
}

/** The cursor of the page after these, with where each connection goes on. */
export function cursorAfter({ before, sinceMs }: Pages, places: readonly (readonly [string, string])[]): string {
  return writeCursor([...places, [pagesPlace, `${before + 1} ${sinceMs}`]]);
}

/** Whether a list has gone on for long enough: one connection that always has another page would keep a client from those of all others. */
export function isLast({ before, sinceMs }: Pages): boolean {
  return before + 1 >= mostPages || Date.now() - sinceMs >= mostMs;
}

const pagesPlace = "";
const mostPages = 500;
const mostMs = 60_000;
