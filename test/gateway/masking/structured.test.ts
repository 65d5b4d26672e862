import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import { meets } from "../../../src/gateway/masking/schema.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const secret = createMasker({
  detectors: [],
  fields: [
    { name: "s", mode: "redact" },
    { name: "gone", mode: "drop" },
  ],
});
const after = (value: JsonObject, s: JsonObject, required: string[] = ["s"]): Json =>
  secret.maskStructured(value, { type: "object", properties: { s }, required }).value;

describe("structured content meets its schema after masking", () => {
  it.each<[string, Json, JsonObject, Json]>([
    ["a string keeps its mark", "x", { type: "string" }, "••••"],
    ["a number", 5, { type: "number" }, 0],
    ["an integer with a minimum", 5, { type: "integer", minimum: 3 }, 3],
    ["a boolean", true, { type: "boolean" }, false],
    ["null where it may be", 5, { type: ["number", "null"] }, null],
    ["null as an alternative", 5, { anyOf: [{ type: "number" }, { type: "null" }] }, null],
    ["the first of several values", "b", { enum: ["a", "b"] }, "a"],
    ["the only value", "b", { const: "b" }, "b"],
    ["a short string", "ab", { type: "string", maxLength: 2 }, "••"],
    ["a long string", "abcdefgh", { type: "string", minLength: 6 }, "••••••"],
    ["a date", "2026-11-05", { type: "string", format: "date" }, "1970-01-01"],
    ["an address", "a@b.example", { type: "string", format: "email" }, "masked@masked.invalid"],
    ["a list", [1], { type: "array", items: { type: "number" } }, []],
    ["an object", { n: 1 }, { type: "object", properties: { n: { type: "number" } }, required: ["n"] }, { n: 0 }],
    ["a pattern, which can't be met, keeps its mark", "x", { type: "string", pattern: "^x$" }, "••••"],
  ])("%s", (_what, value, schema, expected) => expect(after({ s: value }, schema)).toEqual({ s: expected }));

  it("a member that may be missing goes rather than say a wrong value", () => {
    expect(after({ s: "b", t: 1 }, { enum: ["a", "b"] }, [])).toEqual({ t: 1 });
  });
  it("a dropped member that is required is put back, without its value", () => {
    const schema = {
      type: "object",
      properties: { gone: { $ref: "#/$defs/n" } },
      required: ["gone"],
      $defs: { n: { type: "number" } },
    };
    expect(secret.maskStructured({ gone: 5 }, schema)).toEqual({
      value: { gone: 0 },
      hidden: [{ path: ["gone"], kind: "field" }],
    });
  });
  it("a schema that goes round in circles ends", () => {
    const schema: JsonObject = { $ref: "#" };
    expect(secret.maskStructured({ s: 1 }, schema).value).toEqual({ s: "••••" });
  });

  it.each<[string, JsonObject]>([
    ["lists of lists", { type: "array", minItems: 100, items: { $ref: "#/$defs/s" } }],
    [
      "members within members",
      { type: "object", required: ["a", "b", "c", "d", "e", "f"], additionalProperties: { $ref: "#/$defs/s" } },
    ],
    [
      "alternatives that fail at their ends",
      { anyOf: Array.from({ length: 50 }, () => ({ allOf: [{ $ref: "#/$defs/s" }, { type: "number" }] })) },
    ],
  ])("a schema of %s ends soon, and what is hidden stays hidden", (_what, s) => {
    const schema = { type: "object", properties: { s: { $ref: "#/$defs/s" } }, required: ["s"], $defs: { s } };
    let value: unknown;
    // Followed to its end, it would take longer than the universe has.
    expect(cpuMs(() => ({ value } = secret.maskStructured({ s: "raw" }, schema)))).toBeLessThan(10_000);
    expect(JSON.stringify(value)).not.toContain("raw");
    expect(JSON.stringify(value).length).toBeLessThan(200_000);
  });

  it.each<[string, JsonObject]>([
    ["fixed", { const: "ada@mail.example" }],
    ["listed", { enum: ["bob@mail.example", "ada@mail.example"] }],
  ])("a raw value that the schema has %s does not take the mark's place", (_what, s) => {
    const masker = createMasker({ detectors: [{ name: "email", mode: "redact" }], fields: [] });
    const schema = { type: "object", properties: { s }, required: ["s"] };
    expect(masker.maskStructured({ s: "ada@mail.example" }, schema).value).toEqual({ s: "••••" });
  });

  it("a schema's own long values don't make an answer many times its size", () => {
    const list = Array.from({ length: 20_000 }, () => ({ s: "raw" }));
    const items = { type: "object", properties: { s: { const: "long ".repeat(2000) } }, required: ["s"] };
    const { value } = secret.maskStructured<Json>(list, { type: "array", items });
    expect(JSON.stringify(value).length).toBeLessThan(10_000_000);
    expect(JSON.stringify(value)).not.toContain("raw");
  });
});

/** A schema and a value that meets it. */
interface Pair {
  readonly schema: JsonObject;
  readonly value: Json;
}
const leaf: fc.Arbitrary<Pair> = fc.oneof(
  fc.string().map((value): Pair => ({ schema: { type: "string" }, value })),
  fc.string({ minLength: 1, maxLength: 3 }).map((value): Pair => ({ schema: { type: "string", maxLength: 6 }, value })),
  fc
    .integer({ min: 5, max: 99 })
    .map((value): Pair => ({ schema: { type: "integer", minimum: 5, maximum: 99 }, value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): Pair => ({ schema: { type: "number" }, value })),
  fc.boolean().map((value): Pair => ({ schema: { type: "boolean" }, value })),
  fc.constantFrom("a", "b", null).map((value): Pair => ({ schema: { enum: ["a", "b", null] }, value })),
  fc.constant<Pair>({ schema: { type: "string", format: "uuid" }, value: "00000000-0000-0000-0000-000000000000" }),
  fc.integer().map((value): Pair => ({ schema: { anyOf: [{ type: "boolean" }, { type: "integer" }] }, value })),
);
const { pair } = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("pair"), { minLength: 1, maxLength: 1 }).map(([each]): Pair => ({
      schema: { type: "array", items: each?.schema ?? {}, minItems: 1 },
      value: [each?.value ?? null],
    })),
    fc.dictionary(fc.constantFrom("s", "gone", "a", "b", "c"), tie("pair"), { maxKeys: 4 }).map((members): Pair => ({
      schema: {
        type: "object",
        properties: Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema])),
        required: Object.keys(members),
        additionalProperties: false,
      },
      value: Object.fromEntries(Object.entries(members).map(([name, { value }]) => [name, value])),
    })),
  ),
}));

it("whatever the schema", () => {
  fc.assert(
    fc.property(pair, ({ schema, value }) => {
      const masked = secret.maskStructured(value, schema);
      expect(meets(masked.value, { at: schema, root: schema, effort: { left: 1e9, shows: () => true } })).toBe(true);
      if (masked.hidden.length === 0) expect(masked.value).toBe(value);
    }),
    { numRuns: 1000 },
  );
});
