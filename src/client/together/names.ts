import { createHash } from "node:crypto";

/** What a name in the one server stands for. */
export interface Place {
  readonly connection: string;
  readonly name: string;
}

/**
 * The name of a tool or prompt in the one server: CONNECTION__NAME. No connection's name has a `_`, so the first two end it. What clients would
 * not take (64 letters, digits, `_`, `-`), or what looks as if it had been shortened, is shortened with a hash of the whole, so that no two
 * names become one.
 */
export function joinedName({ connection, name }: Place): string {
  const plain = `${connection}${separator}${name}`;
  if (fits.test(plain) && !shortened.test(plain)) return plain;
  const hash = createHash("sha256").update(plain).digest("hex").slice(0, hashLength);
  const shown = `${connection.slice(0, 24)}${separator}${name.replaceAll(/[^a-zA-Z0-9_-]/g, "_")}`;
  return `${shown.slice(0, mostLength - hash.length - 2)}_h${hash}`;
}

/** What a joined name says by itself; null where that takes the list that it stood in. */
export function splitName(joined: string): Place | null {
  const at = joined.indexOf(separator);
  if (at <= 0 || shortened.test(joined)) return null;
  return { connection: joined.slice(0, at), name: joined.slice(at + separator.length) };
}

/** Whether a joined name that was shortened may be one of this connection's. */
export function mayBeOf(joined: string, connection: string): boolean {
  return joined.startsWith(`${connection.slice(0, 24)}${separator}`);
}

/** A resource's address in the one server: `cs.CONNECTION+URI` is a scheme of its own, and a template stays one. */
export function joinedUri(connection: string, uri: string): string {
  return `cs.${connection}+${uri}`;
}

/** Null for an address that is none of ours. */
export function splitUri(joined: string): { readonly connection: string; readonly uri: string } | null {
  const [, connection, uri] = /^cs\.([a-z0-9][a-z0-9-]{0,62})\+(.*)$/s.exec(joined) ?? [];
  return connection === undefined || uri === undefined ? null : { connection, uri };
}

const separator = "__";
const mostLength = 64;
const fits = /^[a-zA-Z0-9_-]{1,64}$/;
/** 80 bits: a hostile server, whose connection's name begins as another's, may look as long as it likes for a tool that gets the other's name. */
const hashLength = 20;
const shortened = /_h[0-9a-f]{20}$/;
