import { isIP } from "node:net";
import { canonical, isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";

/** A schema and the whole it is part of, where its references point. */
export interface Schema {
  readonly at: Json;
  readonly root: JsonObject;
  /** What may still be read and made by it; what all parts of one schema share. */
  readonly effort: Effort;
}

/** Schemas are the server's word: alternatives within alternatives, and lists of lists, would keep the gateway busy without end. */
interface Effort {
  left: number;
  /** Whether a value that the schema names holds nothing that is masked itself. */
  readonly shows: (value: Json) => boolean;
}

/** Whether so much more may be done. */
export function spend({ effort }: Pick<Schema, "effort">, units: number): boolean {
  effort.left -= units;
  return effort.left >= 0;
}

/** References and alternatives followed no deeper than this: a schema is the server's word and may go round in circles. */
const deepest = 32;

/**
 * Whether a value meets a schema, as far as this reads it: type, enum, const, format, pattern, lengths, bounds, members, items, local
 * references, anyOf, oneOf, allOf. What it doesn't read, or has no effort left for, it takes for met.
 */
export function meets(value: Json, schema: Schema, depth = 0): boolean {
  if (schema.at === false) return false;
  const at = resolved(schema);
  if (at === null || depth > deepest || !spend(schema, 1)) return true;
  const inner = (next: Json): Schema => ({ ...schema, at: next });
  if (!meetsType(value, at.type) || !meetsValues(value, at, schema)) return false;
  if (typeof value === "string" && !meetsText(value, at)) return false;
  if (typeof value === "number" && !meetsBounds(value, at)) return false;
  if (Array.isArray(at.allOf) && !(at.allOf as readonly Json[]).every((each) => meets(value, inner(each), depth + 1)))
    return false;
  for (const key of ["anyOf", "oneOf"]) {
    const choices = at[key];
    if (Array.isArray(choices) && !(choices as readonly Json[]).some((each) => meets(value, inner(each), depth + 1)))
      return false;
  }
  if (Array.isArray(value)) return meetsItems(value as readonly Json[], at, inner, depth);
  return !isJsonObject(value) || meetsMembers(value, at, inner, depth);
}

/** The schema object itself, references followed; null where it says nothing. */
export function resolved({ at, root, effort }: Schema): JsonObject | null {
  let next: Json | undefined = at;
  for (let step = 0; step < deepest; step += 1) {
    if (!isJsonObject(next)) return null;
    if (typeof next.$ref !== "string") return next;
    if (!spend({ effort }, next.$ref.length)) return null;
    next = pointed(root, next.$ref);
  }
  return null;
}

/** The schema of a member or an element, where the schema names one. */
export function schemaWithin(schema: Schema, step: string | number): Schema | null {
  const at = resolved(schema);
  if (at === null) return null;
  const { properties, prefixItems, items, additionalProperties } = at;
  let inner: Json | undefined;
  if (typeof step === "number") inner = (Array.isArray(prefixItems) ? (prefixItems[step] as Json) : undefined) ?? items;
  else if (isJsonObject(properties) && Object.hasOwn(properties, step)) inner = properties[step];
  else inner = additionalProperties;
  return isJsonObject(inner) ? { ...schema, at: inner } : null;
}

function pointed(root: JsonObject, reference: string): Json | undefined {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}

function meetsType(value: Json, type: Json | undefined): boolean {
  if (type === undefined) return true;
  const types: readonly Json[] = Array.isArray(type) ? type : [type];
  return types.some((each) => (each === "integer" ? Number.isInteger(value) : each === typeOf(value)));
}

function typeOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function meetsValues(value: Json, at: JsonObject, schema: Schema): boolean {
  if (at.const !== undefined && !same(value, at.const, schema)) return false;
  return !Array.isArray(at.enum) || at.enum.some((each) => same(value, each as Json, schema));
}

function same(value: Json, named: Json, schema: Schema): boolean {
  if (!spend(schema, 1)) return true;
  if (typeof value !== "object" || typeof named !== "object" || value === null || named === null)
    return value === named;
  const text = canonical(named);
  return !spend(schema, text.length) || text === canonical(value);
}

function meetsText(value: string, at: JsonObject): boolean {
  const length = value.length > 10_000 ? value.length : Array.from(value).length;
  if (typeof at.minLength === "number" && length < at.minLength) return false;
  if (typeof at.maxLength === "number" && length > at.maxLength) return false;
  // A server's pattern is not run: it may take time without end. What is masked is taken not to match it.
  if (typeof at.pattern === "string") return false;
  return typeof at.format !== "string" || meetsFormat(value, at.format);
}

function meetsFormat(value: string, format: string): boolean {
  const stand = standInFor(format);
  return stand === null || value === stand || (format.startsWith("ipv") && isIP(value) === Number(format.slice(3)));
}

/** A value of a string format that stands for no real one; null for a format that isn't read. */
export function standInFor(format: string): string | null {
  return Object.hasOwn(standIns, format) ? (standIns[format] ?? null) : null;
}

const standIns: Readonly<Record<string, string>> = {
  email: "masked@masked.invalid",
  "idn-email": "masked@masked.invalid",
  uri: "masked:",
  "uri-reference": "masked:",
  url: "masked:",
  hostname: "masked.invalid",
  date: "1970-01-01",
  time: "00:00:00Z",
  "date-time": "1970-01-01T00:00:00Z",
  duration: "PT0S",
  uuid: "00000000-0000-0000-0000-000000000000",
  ipv4: "0.0.0.0",
  ipv6: "::",
  byte: "",
};

function meetsBounds(value: number, at: JsonObject): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = at;
  if (typeof minimum === "number" && value < minimum) return false;
  if (typeof maximum === "number" && value > maximum) return false;
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) return false;
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) return false;
  return typeof multipleOf !== "number" || Number.isInteger(value / multipleOf);
}

function meetsItems(value: readonly Json[], at: JsonObject, inner: (next: Json) => Schema, depth: number): boolean {
  if (typeof at.minItems === "number" && value.length < at.minItems) return false;
  if (at.items === undefined) return true;
  return value.every((each) => meets(each, inner(at.items as Json), depth + 1));
}

function meetsMembers(value: JsonObject, at: JsonObject, inner: (next: Json) => Schema, depth: number): boolean {
  const required: readonly unknown[] = Array.isArray(at.required) ? at.required : [];
  if (!required.every((name) => Object.hasOwn(value, String(name)))) return false;
  const properties = isJsonObject(at.properties) ? at.properties : {};
  return Object.entries(value).every(([name, member]) => {
    const own = Object.hasOwn(properties, name) ? properties[name] : at.additionalProperties;
    return own === undefined || meets(member, inner(own), depth + 1);
  });
}
