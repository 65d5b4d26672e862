import { answersMark } from "../event-ids.ts";
import { readCursor, writeCursor } from "./cursor.ts";

/** The id of an event of a connection's answer in the one server, `cs.CONNECTION+ID`; null for what no header would carry. */
export function answerEventId(connection: string, id: string): string | null {
  return plain.test(id) ? `${answersMark}${connection}+${id}` : null;
}

/** Which connection's answer an event was of, and its id there; null for any other. */
export function answerEvent(joined: string): { readonly connection: string; readonly id: string } | null {
  if (!joined.startsWith(answersMark)) return null;
  const [, connection, id] = /^([a-z0-9][a-z0-9-]{0,62})\+(.+)$/.exec(joined.slice(answersMark.length)) ?? [];
  return connection === undefined || id === undefined ? null : { connection, id };
}

/** The id of an event of the stream on which all connections say what nobody asked for: the last event of each. Null where it grows too long. */
export function unaskedEventId(last: ReadonlyMap<string, string>): string | null {
  const id = writeCursor([...last]);
  return id.length > mostLength ? null : id;
}

/** The last event of each connection; none for an id that is no such one. */
export function unaskedEvents(id: string | undefined): Map<string, string> {
  const read = [...(readCursor(id) ?? [])];
  return new Map(read.filter(([, each]) => plain.test(each)));
}

const plain = /^[\x21-\x7e]{1,400}$/;
/** Node takes 16 KiB of headers in all. */
const mostLength = 4_096;
