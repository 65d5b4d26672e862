import { isDeepStrictEqual } from "node:util";

/** What a client's file says, whatever it is written in: maps are Maps, so that no key is special. */
export type Value = ReadonlyMap<unknown, Value> | readonly Value[] | string | number | bigint | boolean | null | Date;

/** What may be written into one. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

export function isMap(value: Value | undefined): value is ReadonlyMap<unknown, Value> {
  return value instanceof Map;
}

/** What stands at a path of map keys, or undefined. */
export function valueAt(value: Value | undefined, path: readonly string[]): Value | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return isMap(value) ? valueAt(value.get(key), rest) : undefined;
}

export function toValue(plain: Plain): Value {
  if (isTable(plain)) return new Map(Object.entries(plain).map(([key, member]) => [key, toValue(member)] as const));
  return typeof plain === "object" && plain !== null ? plain.map(toValue) : plain;
}

export function isTable(plain: Plain): plain is { readonly [key: string]: Plain } {
  return typeof plain === "object" && plain !== null && !Array.isArray(plain);
}

/** The same to be written again, or undefined where it holds what not every format can say (a date, a large number). */
export function toPlain(value: Value): Plain | undefined {
  if (value instanceof Date || typeof value === "bigint") return undefined;
  if (isMap(value)) {
    const members = [...value].map(([key, member]) => [key, toPlain(member)] as const);
    if (members.some(([key, member]) => typeof key !== "string" || member === undefined)) return undefined;
    return Object.fromEntries(members) as Plain;
  }
  if (typeof value !== "object" || value === null) return value;
  const items = value.map(toPlain);
  return items.includes(undefined) ? undefined : (items as Plain);
}

/**
 * Whether `after` is `before` with `wanted` at the path and no other difference; undefined: with nothing there. Maps on the
 * way that were missing, or null, may have been made; those that are left empty may have gone, or be null.
 */
export function differsOnlyAt(
  before: Value,
  after: Value | undefined,
  path: readonly string[],
  wanted: Value | undefined,
): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return isDeepStrictEqual(after, wanted);
  if (!isMap(before) || !isMap(after)) return false;
  if (!isDeepStrictEqual(without(before, key), without(after, key))) return false;
  const [was, is] = [before.get(key), after.get(key)];
  // YAML has no block map without a member, and TOML no table that only named another.
  if (wanted === undefined && (is === undefined || is === null) && hasOnly(was, rest)) return true;
  if (was !== undefined && was !== null) return differsOnlyAt(was, is, rest, wanted);
  return isDeepStrictEqual(is, wanted === undefined ? undefined : nested(rest, wanted));
}

/** Whether a value is maps of one member each, along the path to its end. */
function hasOnly(value: Value | undefined, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  return isMap(value) && value.size === 1 && value.has(key) && hasOnly(value.get(key), rest);
}

function nested(path: readonly string[], value: Value): Value {
  return path.reduceRight<Value>((inner, key) => new Map([[key, inner]]), value);
}

function without(map: ReadonlyMap<unknown, Value>, key: string): ReadonlyMap<unknown, Value> {
  return new Map([...map].filter(([each]) => each !== key));
}
