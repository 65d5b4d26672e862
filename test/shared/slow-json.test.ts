import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { canonical, deepestJson, type Json } from "../../src/shared/json.ts";
import { jsonPieces, outweighs } from "../../src/shared/json-pieces.ts";
import { parseSlowly } from "../../src/shared/slow-json.ts";
import { atOnce } from "../../src/shared/slices.ts";
import { fc } from "../support/fast-check.ts";

function native(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** The same verdict as the platform's parser, and the same value in the same order. */
function alike(text: string): void {
  const expected = native(text);
  const found = atOnce(parseSlowly(text, deepestJson));
  expect(found.ok, JSON.stringify(text.slice(0, 200))).toBe(expected !== null);
  if (!found.ok || expected === null) return;
  // The test runner's own comparison does not know a member that is named __proto__.
  expect(isDeepStrictEqual(found.value, expected.value), JSON.stringify(text.slice(0, 200))).toBe(true);
  expect(JSON.stringify(found.value)).toBe(JSON.stringify(expected.value));
}

const filler = "some words, [with] {marks}: ".repeat(700);
const character = fc.constantFrom("a", '"', "\\", "\n", "é", "😀", "\ud83d", "{", "]", ",", ":", " ", "\u0001");
const text = fc.oneof(fc.string({ unit: character }), fc.constant(filler), fc.constant('x\\"😀'.repeat(9000)));
const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(true, false, null, -0, 1e-7)),
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "0", "12", "constructor")), tie("value")),
  ),
})).value;

describe("a text that is parsed in slices", () => {
  it("is what the platform's parser makes of it, whatever the value and the layout", () => {
    fc.assert(
      fc.property(value, fc.nat(3), (given, indent) => alike(JSON.stringify(given, null, indent))),
      { numRuns: 60 },
    );
  });

  it("is refused where the platform's parser refuses it", () => {
    const wrong = fc.constantFrom(",", "]", "}", "[", "{", '"', ":", "\\", "\u0001", "0", "", " ");
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(2), wrong, (given, place, gone, put) => {
        const whole = JSON.stringify(given);
        const at = place % (whole.length + 1);
        alike(whole.slice(0, at) + put + whole.slice(at + gone));
      }),
      { numRuns: 120 },
    );
  });

  it.each([
    ["nothing", ""],
    ["a comma behind the last element", `[${"1,".repeat(20_000)}]`],
    ["a comma before the first", `[,${"1,".repeat(20_000)}1]`],
    ["two commas", `[${"1,".repeat(20_000)},1]`],
    ["another bracket at the end", `[${"1,".repeat(20_000)}1}`],
    ["a member without a value", `{"a":"${filler}","b"}`],
    ["a name without quotes", `{"a":"${filler}",b:1}`],
    ["something behind the end", `["${filler}"] x`],
    ["a control character in a long string", `["${filler}\u0001"]`],
    ["a string without an end", `["${filler}`],
    ["half an escape at the end", `["${filler}\\u12"]`],
    ["a byte order mark", `\ufeff["${filler}"]`],
  ])("is refused for %s", (_what, wrong) => {
    expect(native(wrong)).toBeNull();
    expect(atOnce(parseSlowly(wrong, deepestJson))).toEqual({ ok: false, why: "not-json" });
  });

  it("is refused where it nests too deep, in a short part as in a long one", () => {
    for (const within of ["1", `"${filler}"`]) {
      const nested = (levels: number): string => "[".repeat(levels) + within + "]".repeat(levels);
      expect(atOnce(parseSlowly(nested(deepestJson), deepestJson)).ok).toBe(true);
      expect(atOnce(parseSlowly(nested(deepestJson + 1), deepestJson))).toEqual({ ok: false, why: "too-deep" });
    }
  });

  it("yields often, however it is built, and looks at each part a few times at most", () => {
    const rows = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `customer ${id}` })));
    const deep = `[${Array.from({ length: 40 }, () => "[1,".repeat(500) + JSON.stringify(filler) + "]".repeat(500)).join()}]`;
    for (const long of [rows, deep, JSON.stringify(rows), `["${"x".repeat(rows.length)}"]`]) {
      const work = parseSlowly(long, deepestJson);
      let steps = 0;
      while (work.next().done !== true) steps += 1;
      expect(steps).toBeGreaterThan(long.length / 40_000);
      expect(steps).toBeLessThan(long.length);
    }
  });
});

describe("a text that is written in pieces", () => {
  it("is that of JSON.stringify, or the canonical one, whatever the value", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect([...jsonPieces(given, "own")].join("")).toBe(JSON.stringify(given));
        expect([...jsonPieces(given, "canonical")].join("")).toBe(canonical(given));
      }),
      { numRuns: 60 },
    );
  });

  it("has pieces of much the same length", () => {
    const given = {
      rows: Array.from({ length: 5000 }, (_, id) => ({ id, text: `😀 ${id}` })),
      long: "😀".repeat(200_000),
    };
    for (const piece of jsonPieces(given, "own")) expect(piece.length).toBeLessThan(100_000);
  });

  it("is known to be long without being written", () => {
    expect(outweighs({ a: ["x".repeat(1000)] }, 1500)).toBe(false);
    expect(outweighs({ a: ["x".repeat(1000), "y".repeat(600)] }, 1500)).toBe(true);
    expect(outweighs({ ["n".repeat(2000)]: null }, 1500)).toBe(true);
  });
});
