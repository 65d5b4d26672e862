import { describe, expect, it } from "vitest";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import { usualDetectors, type DetectorName } from "../../../src/gateway/masking/kinds.ts";
import { holdsMaskMarks, maskMark } from "../../../src/gateway/masking/marks.ts";
import type { Json } from "../../../src/shared/json.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const partly = (...names: DetectorName[]) => names.map((name) => ({ name, mode: "partial" as const }));
const wholly = (...names: string[]) => names.map((name) => ({ name, mode: "redact" as const }));
const masker = createMasker({ detectors: partly(...usualDetectors), fields: wholly("Email", "credit_card", "secret") });
const mask = <T extends Json>(value: T) => masker.mask(value);
const card = "4111 1111 1111 1111";

describe("the masker", () => {
  it("masks named fields wholly, at any depth, whatever their case and type", () => {
    const { value, hidden } = mask({
      id: 7,
      EMAIL: "nobody",
      list: [{ Secret: { a: [1] } }, { secret: null }],
      credit_card: 4,
    });
    expect(value).toEqual({
      id: 7,
      EMAIL: "••••",
      list: [{ Secret: "••••" }, { secret: "••••" }],
      credit_card: "••••",
    });
    expect(hidden).toEqual([
      { path: ["EMAIL"], kind: "field" },
      { path: ["list", 0, "Secret"], kind: "field" },
      { path: ["list", 1, "secret"], kind: "field" },
      { path: ["credit_card"], kind: "field" },
    ]);
  });

  it("reports every match of a string, in order", () => {
    const { value, hidden } = mask({ notes: `${card} and ada@mail.example` });
    expect(value).toEqual({ notes: "••••1111 and ••••@mail.example" });
    expect(hidden).toEqual([
      { path: ["notes"], kind: "card" },
      { path: ["notes"], kind: "email" },
    ]);
  });

  it("masks a card and a labelled social-security number that are JSON numbers, and no other number", () => {
    const numbers = {
      a: 4111111111111111,
      b: -4111111111111111,
      ssn: 123456789,
      deep: { socialSecurity: [123456789] },
    };
    expect(mask(numbers).value).toEqual({
      a: "••••1111",
      b: "••••1111",
      ssn: "••••6789",
      deep: { socialSecurity: ["••••6789"] },
    });
    const plain = { id: 123456789, at: 1_700_000_000_000, ratio: 0.4111111111111111, big: 1e21, phone: 2025550143 };
    expect(mask(plain).value).toBe(plain);
  });

  it("gives back the same reference where nothing was masked, also for its parts", () => {
    const value = { a: [{ b: "c" }], json: '{"x": [1, "two"]}', __proto__: null };
    expect(mask(value)).toEqual({ value, hidden: [] });
    expect(mask(value).value).toBe(value);
    const half = { kept: { x: 1 }, secret: 1 };
    expect(mask(half).value.kept).toBe(half.kept);
  });

  it("masks JSON within a string as it masks JSON, so that text and structuredContent stay twins", () => {
    const record = {
      id: "c-1",
      email: "nobody",
      nested: { credit_card: [1, 2] },
      notes: `x ${card}`,
      n: 4111111111111111,
    };
    const { value, hidden } = mask({
      content: [{ type: "text", text: JSON.stringify(record) }],
      structuredContent: record,
    });
    expect(JSON.parse(value.content[0]?.text ?? "")).toEqual(value.structuredContent);
    expect(hidden.map(({ path }) => path.join("."))).toEqual([
      ...["email", "nested.credit_card", "notes", "n"].map((at) => `content.0.text.${at}`),
      ...["email", "nested.credit_card", "notes", "n"].map((at) => `structuredContent.${at}`),
    ]);
  });

  it("leaves all else of such a string as it was written", () => {
    const text =
      ' {\n  "id": 12345678901234567890,\n  "rate": 1.50, "e": [ ], "o": {},\n  "secret" : {"a": [true, "}"]} ,\n  "x": "\\u00e9"}\n';
    expect(mask(text).value).toBe(text.replace('{"a": [true, "}"]}', '"••••"'));
  });

  it.each<[string, string, string]>([
    ["members named twice", '{"secret":"one","secret":"two"}', '{"secret":"••••","secret":"••••"}'],
    ["escaped digits", '["\\u0034111111111111111"]', '["••••1111"]'],
    ["escaped names", '{"s\\u0065cret":1}', '{"s\\u0065cret":"••••"}'],
    ["a long number", '{"n":4000000000000000006}', '{"n":"••••0006"}'],
    ["a string alone", '"\\u0034111111111111111"', '"••••1111"'],
    ["names", '{"ada@mail.example":1,"bob@mail.example":2}', '{"••••@mail.example":1,"••••@mail.example (2)":2}'],
    [
      "JSON within it again",
      JSON.stringify({ a: JSON.stringify({ secret: 1 }) }),
      JSON.stringify({ a: '{"secret":"••••"}' }),
    ],
    ["a labelled number", '{"ssn":123456789,"id":123456789}', '{"ssn":"••••6789","id":123456789}'],
    ["literals around it", '[null,true,false,{"secret":false},-1.5e3]', '[null,true,false,{"secret":"••••"},-1.5e3]'],
  ])("masks %s in JSON text", (_what, text, expected) => {
    expect(mask(text).value).toBe(expected);
    expect(JSON.parse(expected)).toBeDefined();
  });

  it("masks text that only begins like JSON as text", () => {
    expect(mask(`{not json ${card}`).value).toBe("{not json ••••1111");
    expect(mask(`[INFO] ${card} [done]`).value).toBe("[INFO] ••••1111 [done]");
  });

  it("masks names, keeps them apart, and never reports the raw ones", () => {
    const { value, hidden } = mask({ [card]: "x", "4111-1111-1111-1111": { secret: 1 }, other: 1 });
    expect(value).toEqual({ "••••1111": "x", "••••1111 (2)": { secret: "••••" }, other: 1 });
    expect(hidden).toEqual([
      { path: ["••••1111"], kind: "card" },
      { path: ["••••1111 (2)"], kind: "card" },
      { path: ["••••1111 (2)", "secret"], kind: "field" },
    ]);
  });

  it("keeps members named __proto__ as members", () => {
    const value = JSON.parse('{"__proto__":{"secret":1},"constructor":"ada@mail.example"}') as Json;
    const masked = mask(value).value;
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"secret":"••••"},"constructor":"••••@mail.example"}');
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype);
  });

  it("never changes what it was given", () => {
    const value = Object.freeze({ list: Object.freeze([Object.freeze({ secret: card })]) });
    expect(mask(value).value).toEqual({ list: [{ secret: "••••" }] });
    expect(value.list[0]?.secret).toBe(card);
  });

  it("is settled: masking twice is masking once", () => {
    const once = mask({ a: card, b: "ada@mail.example", c: "123-45-6789", d: "+12025550143" });
    expect(mask(once.value)).toEqual({ value: once.value, hidden: [] });
  });

  it("masks what nests too deep instead of failing", () => {
    let value: Json = card;
    for (let depth = 0; depth < 50_000; depth += 1) value = [value];
    const { value: masked, hidden } = mask(value);
    expect(hidden).toHaveLength(1);
    expect(JSON.stringify(masked)).not.toContain("4111");
    expect(mask(`${"[".repeat(50_000)}"${card}"${"]".repeat(50_000)}`).value).not.toContain("4111");
  });

  it.each<[string, string]>([
    ["digits", "4".repeat(1_000_000)],
    ["@", "@".repeat(1_000_000)],
    ["a@", "a@".repeat(500_000)],
    ["-", "-".repeat(1_000_000)],
    ["4-", "4-".repeat(500_000)],
    ["4444 ", "4444 ".repeat(200_000)],
    ["+1", "+1".repeat(500_000)],
    ["+1 1 1", "+1 1 1 1 1 1 ".repeat(77_000)],
    ["(", "(".repeat(1_000_000)],
    ["a long local part", `${"a".repeat(1_000_000)}@`],
    ["a domain of dots", `a@${"a.".repeat(500_000)}`],
    ["123-45-", "123-45-".repeat(143_000)],
    ["nine digits", "s 123456789 ".repeat(83_000)],
    ["zero-width", "4\u200b".repeat(500_000)],
    ["open brackets", "[".repeat(1_000_000)],
    ["quotes", '"'.repeat(1_000_000)],
    ["white space", " ".repeat(1_000_000)],
    ["backslashes in JSON", `"${"\\".repeat(1_000_000)}"`],
    ["prefixes of tokens", "sk-".repeat(200_000)],
    ["what could be JWTs", `${"eyJ".repeat(20)}.a.`.repeat(16_000)],
  ])("stays linear on a megabyte of %s", (_what, text) => {
    // A quadratic search would take minutes.
    expect(cpuMs(() => mask(text))).toBeLessThan(10_000);
  });
});

describe("a card written as a number", () => {
  it.each(["4111111111111111", "4111111111111111.0", "4.111111111111111e15", "-4111111111111111.00"])(
    "is masked in JSON text as %s",
    (token) => expect(mask(`{"n":${token}}`).value).toBe('{"n":"••••1111"}'),
  );
});

describe("the places of what is hidden", () => {
  it.each<[string, Json]>([
    [
      "one long name over many finds",
      { arguments: { ["n".repeat(500_000)]: Array<string>(25_000).fill("4111111111111111") } },
    ],
    [
      "many levels over many finds",
      {
        arguments: Array.from({ length: 900 }).reduce<Json>(
          (inner) => [inner],
          Array<string>(25_000).fill("4111111111111111"),
        ),
      },
    ],
    [
      "many long names",
      {
        arguments: Object.fromEntries(
          Array.from({ length: 500 }, (_, at) => ["n".repeat(2000) + at, Array<string>(50).fill("4111111111111111")]),
        ),
      },
    ],
  ])("stay of the payload's size for %s", (_what, payload) => {
    const { value, hidden } = mask(payload);
    expect(JSON.stringify(value)).not.toContain("41111");
    expect(JSON.stringify(hidden).length).toBeLessThan(5_000_000);
    expect(hidden.at(-1)).toEqual({ path: ["arguments"], kind: "card" });
  });
});

describe("our own marks", () => {
  it.each<[string, Json]>([
    ["a string", "••••"],
    ["part of a string", "card ••••1120 it is"],
    ["a deep value", { a: [{ b: "••••@mail.example" }] }],
    ["a member's name", { "••••1111": 1 }],
    ["JSON within a string", JSON.stringify({ a: "••••" })],
    ["escapes in JSON within a string", '{"a":"\\u2022\\u2022\\u2022\\u2022"}'],
    ["escapes mixed with bullets", '{"a":"\\u2022••\\u2022"}'],
  ])("are seen in %s", (_where, value) => expect(holdsMaskMarks(value)).toBe(true));

  it.each<[string, Json]>([
    ["plain values", { a: [1, null, true, "x"], b: {} }],
    ["a list with bullets", "• one\n• two\n•••"],
  ])("are not seen in %s", (_where, value) => expect(holdsMaskMarks(value)).toBe(false));

  it("are in every masked value", () => {
    expect(holdsMaskMarks(mask({ secret: 1 }).value)).toBe(true);
    expect(maskMark).toBe("••••");
  });
});
