import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { meets, resolved, schemaWithin, spend, standInFor, type Schema } from "./schema.ts";
import type { Sliced } from "../../shared/slices.ts";

/** Stands for a member that has to go. */
const gone = Symbol("gone");
type Fitted = Json | typeof gone;

/** What one payload, and one place in it, may cost in schema parts read and characters made. */
const [mostEffort, mostPlaceEffort] = [5_000_000, 20_000];

/**
 * Makes masked structured content meet its tool's output schema again: where a mark broke the declared type, format, values, lengths or pattern, a
 * stand-in takes its place, and where masking removed a member that is required, one is put there. What wasn't masked is not looked at. Where
 * no stand-in can be had (a required string with a pattern, a schema that costs too much), the mark stays: hidden counts for more than valid.
 */
export function* fitted(
  masked: Json,
  original: Json,
  schema: JsonObject,
  shows: Schema["effort"]["shows"],
): Sliced<Json> {
  const effort = { left: mostEffort, shows };
  const value = yield* fit(masked, original, { at: schema, root: schema, effort }, true);
  return value === gone ? masked : value;
}

function* fit(masked: Json, original: Json | undefined, schema: Schema, required: boolean): Sliced<Fitted> {
  if (masked === original) return masked;
  if (isJsonObject(masked) && isJsonObject(original)) return yield* fitMembers(masked, original, schema);
  if (!Array.isArray(masked) || !Array.isArray(original)) return fitPlace(masked, schema, required);
  const [elements, originals]: (readonly Json[])[] = [masked, original];
  const fits: Json[] = [];
  for (const [index, element] of (elements ?? []).entries()) {
    const inner = schemaWithin(schema, index);
    const value = inner === null ? element : yield* fit(element, originals?.[index], inner, true);
    fits.push(value === gone ? element : value);
    if (index % 16 === 15) yield;
  }
  return fits;
}

function* fitMembers(masked: JsonObject, original: JsonObject, schema: Schema): Sliced<Json> {
  const at = resolved(schema);
  const required = new Set<unknown>(Array.isArray(at?.required) ? at.required : []);
  const members: [string, Json][] = [];
  for (const [name, value] of Object.entries(masked)) {
    // A name that was masked itself is one that the schema may not allow.
    if (!Object.hasOwn(original, name) && at?.additionalProperties === false) continue;
    const inner = schemaWithin(schema, name);
    const member = inner === null ? value : yield* fit(value, original[name], inner, required.has(name));
    if (member !== gone) members.push([name, member]);
  }
  for (const name of Object.keys(original)) {
    if (Object.hasOwn(masked, name) || !required.has(name)) continue;
    const inner = schemaWithin(schema, name);
    const member = inner === null ? null : fitPlace(null, inner, true);
    if (member !== gone) members.push([name, member]);
  }
  yield;
  return Object.fromEntries(members);
}

/** One masked place, for a part of the effort: no schema takes long at once, nor spends what other places need. */
function fitPlace(mark: Json, schema: Schema, required: boolean): Fitted {
  const given = Math.max(0, Math.min(mostPlaceEffort, schema.effort.left));
  const place = { ...schema, effort: { ...schema.effort, left: given } };
  const value = meets(mark, place) ? mark : standIn(mark, place, required, 0);
  spend(schema, given - place.effort.left);
  return place.effort.left < 0 ? mark : value;
}

/** The most members or elements that are made up. */
const mostMade = 100;

function standIn(mark: Json, schema: Schema, required: boolean, depth: number): Fitted {
  const at = resolved(schema);
  if (at === null || depth > 16 || !spend(schema, 1)) return mark;
  if (meets(null, schema)) return null;
  const choices = [at.anyOf, at.oneOf].find((each) => Array.isArray(each)) as readonly Json[] | undefined;
  for (const choice of choices ?? []) {
    const inner = { ...schema, at: choice };
    if (meets(mark, inner)) return mark;
    const value = standIn(mark, inner, true, depth + 1);
    if (value !== gone && meets(value, schema)) return value;
  }
  const fixed = Array.isArray(at.enum) || at.const !== undefined;
  // A fixed value tells nothing where the schema allows no other, but one of several would be a guess at the real one.
  if (fixed && !required) return gone;
  if (at.const !== undefined) return declared(at.const, mark, schema);
  if (Array.isArray(at.enum)) return declared((at.enum[0] ?? mark) as Json, mark, schema);
  const value = made(mark, at, schema, depth);
  return meets(value, schema) ? value : required ? lastResort(value, mark, at) : gone;
}

/** A value that the schema itself names, for as many characters as it has: a long one in many places would be an answer without end. */
function named(value: Json, mark: Json, schema: Schema): Json {
  return spend(schema, JSON.stringify(value).length) ? value : mark;
}

/** A value that the schema lists, unless it is of the kind that is hidden: the record would have it raw (rule 6). */
function declared(value: Json, mark: Json, schema: Schema): Json {
  const given = named(value, mark, schema);
  return given === mark || schema.effort.shows(given) ? given : mark;
}

function made(mark: Json, at: JsonObject, schema: Schema, depth: number): Json {
  const types: readonly unknown[] = Array.isArray(at.type) ? at.type : [at.type];
  for (const type of types) {
    if (type === "number" || type === "integer") return numberIn(at);
    if (type === "boolean") return false;
    if (type === "array") return elements(mark, at, schema, depth);
    if (type === "object") return memberwise(mark, at, schema, depth);
    if (type === "string") return named(textIn(at), mark, schema);
  }
  return mark;
}

/** Nothing that may be shown is valid: the mark stays, or where its type is wrong what was made up. */
function lastResort(value: Json, mark: Json, at: JsonObject): Json {
  return at.type === "string" ? mark : value;
}

function numberIn({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonObject): number {
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : 1;
  if (typeof minimum === "number" && minimum > 0) return Math.ceil(minimum / step) * step;
  if (typeof exclusiveMinimum === "number" && exclusiveMinimum >= 0)
    return (Math.floor(exclusiveMinimum / step) + 1) * step;
  if (typeof maximum === "number" && maximum < 0) return Math.floor(maximum / step) * step;
  if (typeof exclusiveMaximum === "number" && exclusiveMaximum <= 0)
    return (Math.ceil(exclusiveMaximum / step) - 1) * step;
  return 0;
}

function textIn(at: JsonObject): string {
  const known = typeof at.format === "string" ? standInFor(at.format) : null;
  if (known !== null) return known;
  const [least, most] = [at.minLength, at.maxLength].map((each) => (typeof each === "number" ? each : null));
  return "•".repeat(Math.min(Math.max(4, least ?? 0), most ?? 10_000, 10_000));
}

function elements(mark: Json, at: JsonObject, schema: Schema, depth: number): Json {
  const count = typeof at.minItems === "number" ? Math.min(at.minItems, mostMade) : 0;
  return Array.from({ length: count }, (_, index) => {
    const inner = schemaWithin(schema, index);
    const value = inner === null ? null : standIn(mark, inner, true, depth + 1);
    return value === gone ? null : value;
  });
}

function memberwise(mark: Json, at: JsonObject, schema: Schema, depth: number): Json {
  const required: readonly unknown[] = Array.isArray(at.required) ? at.required.slice(0, mostMade) : [];
  const members = required.map((name): [string, Json] => {
    const inner = schemaWithin(schema, String(name));
    const value = inner === null ? null : meets(mark, inner) ? mark : standIn(mark, inner, true, depth + 1);
    return [String(name), value === gone ? null : value];
  });
  return Object.fromEntries(members);
}
