import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { maskModes, usualDetectors } from "../../../src/gateway/masking/kinds.ts";
import { createMasker, type Masker } from "../../../src/gateway/masking/masker.ts";
import type { Json } from "../../../src/shared/json.ts";
import { holds, placed } from "./places.ts";

const maskers: readonly (readonly [string, Masker])[] = maskModes.map((mode) => [
  mode,
  createMasker({
    detectors: usualDetectors.map((name) => ({ name, mode })),
    fields: [],
    keyed: (text) => Buffer.from(`k${text.length}`).toString("base64url"),
  }),
]);

describe("whatever the JSON, no raw value of a detector", () => {
  it.each(maskers)("is in the masked value or in its places, in mode %s", (_mode, masker) => {
    fc.assert(
      fc.property(placed, ({ raw, json }) => {
        const { value, hidden } = masker.mask(json);
        expect(holds(value, raw.value), raw.kind).toBe(false);
        expect(holds(hidden as unknown as Json, raw.value)).toBe(false);
        expect(hidden.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });

  it("is in what is masked in slices, which is the same as at once", async () => {
    const [[, masker]] = maskers as readonly [readonly [string, Masker]];
    await fc.assert(
      fc.asyncProperty(placed, fc.integer({ min: 0, max: 3 }), async ({ json }, long) => {
        const filler = "plain words and 12 numbers, ".repeat(long * 1500);
        const value: Json = [filler, json, JSON.stringify([filler, json]), `${filler}\n${JSON.stringify(json)}`];
        expect(await masker.maskLarge(value)).toEqual(masker.mask(value));
      }),
      { numRuns: 100 },
    );
  });
});

describe("what holds nothing sensitive", () => {
  const harmless = fc
    .jsonValue({ maxDepth: 5 })
    .map((value) => JSON.parse(JSON.stringify(value).replace(/[@\d_.-]{2,}|@/g, "7")) as Json);
  it("is the same reference", () => {
    fc.assert(
      fc.property(harmless, (json) => {
        for (const [, masker] of maskers) expect(masker.mask(json).value).toBe(json);
        const twin = { text: JSON.stringify(json) };
        for (const [, masker] of maskers) expect(masker.mask(twin).value).toBe(twin);
      }),
      { numRuns: 1000 },
    );
  });
});
