import { describe, expect, it } from "vitest";
import type { MaskMode } from "../../../src/gateway/masking/kinds.ts";
import { holdsMaskMarks } from "../../../src/gateway/masking/marks.ts";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import type { Json } from "../../../src/shared/json.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const mask = (value: Json, name: string, mode: MaskMode = "redact"): Json =>
  createMasker({ detectors: [], fields: [{ name, mode }], keyed: (text) => `key-of-${text}-and-more` }).mask(value)
    .value;

describe("a field's path", () => {
  it.each<[string, Json, Json]>([
    ["customer.ssn", { customer: { ssn: 1, id: 2 }, ssn: 3 }, { customer: { ssn: "••••", id: 2 }, ssn: 3 }],
    ["customer.ssn", { a: { CUSTOMER: { SSN: 1 } } }, { a: { CUSTOMER: { SSN: "••••" } } }],
    ["customer.ssn", { customer: [{ ssn: 1 }] }, { customer: [{ ssn: "••••" }] }],
    [
      "items[*].card",
      { items: [{ card: 1 }, { card: 2, x: 3 }] },
      { items: [{ card: "••••" }, { card: "••••", x: 3 }] },
    ],
    ["items[1].card", { items: [{ card: 1 }, { card: 2 }] }, { items: [{ card: 1 }, { card: "••••" }] }],
    ["items[*]", { items: [1, { a: 2 }], other: [3] }, { items: ["••••", "••••"], other: [3] }],
    ["**.token", { a: { b: { token: 1 } }, token: 2 }, { a: { b: { token: "••••" } }, token: "••••" }],
    ["a.**.z", { a: { b: { c: { z: 1 } } }, z: 2 }, { a: { b: { c: { z: "••••" } } }, z: 2 }],
    ["a.*.z", { a: { b: { z: 1 }, z: 2 } }, { a: { b: { z: "••••" }, z: 2 } }],
    ["secrets.*", { secrets: { one: 1, two: {} }, other: 3 }, { secrets: { one: "••••", two: "••••" }, other: 3 }],
    ["a.b", { "a.b": 1 }, { "a.b": "••••" }],
    ["a.b", { text: '{"a": {"b": 17, "c": 1}}' }, { text: '{"a": {"b": "••••", "c": 1}}' }],
    ["a.b", { a: '{"b": 17}' }, { a: '{"b": "••••"}' }],
  ])("%s", (name, value, expected) => expect(mask(value, name)).toEqual(expected));
});

describe("a field's mode", () => {
  const value = { list: [{ secret: "a longer secret", id: 1 }], text: '{"secret":"a longer secret","id":1}' };
  it.each<[MaskMode, Json]>([
    ["redact", { list: [{ secret: "••••", id: 1 }], text: '{"secret":"••••","id":1}' }],
    ["partial", { list: [{ secret: "••••cret", id: 1 }], text: '{"secret":"••••cret","id":1}' }],
    [
      "pseudonym",
      { list: [{ secret: "••••key-of-a longer ", id: 1 }], text: '{"secret":"••••key-of-a longer ","id":1}' },
    ],
    ["drop", { list: [{ id: 1 }], text: '{"secret":"••••","id":1}' }],
  ])("%s", (mode, expected) => {
    expect(mask(value, "secret", mode)).toEqual(expected);
    if (mode !== "drop") expect(holdsMaskMarks(mask({ secret: "a longer secret" }, "secret", mode))).toBe(true);
  });

  it("drop says where something was", () => {
    const masker = createMasker({
      detectors: [{ name: "email", mode: "drop" }],
      fields: [{ name: "a", mode: "drop" }],
    });
    expect(masker.mask({ a: 1, b: "ada@mail.example", c: "to ada@mail.example", d: ["ada@mail.example"] })).toEqual({
      value: { c: "to ••••", d: ["••••"] },
      hidden: [
        { path: ["a"], kind: "field" },
        { path: ["b"], kind: "email" },
        { path: ["c"], kind: "email" },
        { path: ["d", 0], kind: "email" },
      ],
    });
  });
});

describe("a field in text that holds JSON but is none as a whole", () => {
  it.each<[string, string, string]>([
    [
      "lines of JSON",
      '{"password":"a1"}\n{"id":1,"Password" : "b2"}',
      '{"password":"••••"}\n{"id":1,"Password" : "••••"}',
    ],
    ["words before it", 'Found: {"password":"x","id":1}', 'Found: {"password":"••••","id":1}'],
    ["a byte order mark", '\ufeff{"password":"x"}', '\ufeff{"password":"••••"}'],
    ["a fence", '```json\n{"password":"x"}\n```', '```json\n{"password":"••••"}\n```'],
    ["a piece that is cut off", '[{"password":"x y', '[{"password":"••••'],
    ["a quote in the value", 'a {"password":"x\\"y","b":1}', 'a {"password":"••••","b":1}'],
    ["a number", 'a {"password":12345,"b":1}', 'a {"password":"••••","b":1}'],
    ["an object", 'a {"password":{"x":["}",{}]},"b":1}', 'a {"password":"••••","b":1}'],
    [
      "JSON in JSON",
      'a {"t":"{\\"password\\":\\"x\\\\\\"y\\",\\"b\\":[1]}"}',
      'a {"t":"{\\"password\\":\\"••••\\",\\"b\\":[1]}"}',
    ],
    ["an empty value", 'a {"password":""}', 'a {"password":""}'],
    ["another name", 'a {"passwords":"x"} "password" is a word', 'a {"passwords":"x"} "password" is a word'],
  ])("is found in %s", (_what, text, masked) => {
    expect(mask(text, "password")).toBe(masked);
    // The same as a text within JSON text, as the twin of structuredContent has it.
    expect(mask(JSON.stringify([text]), "password")).toBe(JSON.stringify([masked]));
  });

  it("counts by the last name of its path, and by its mode", () => {
    expect(mask('a {"ssn":"123456789012"}', "customer.ssn", "partial")).toBe('a {"ssn":"••••9012"}');
  });

  it.each(['"password":', '"password":[', '\\"password\\":\\"', '"password"    ', '"password":"\\'])(
    "is looked for in linear time among %s",
    (part) => {
      // A quadratic search would take minutes.
      expect(cpuMs(() => mask(`x${part.repeat(100_000)}`, "password"))).toBeLessThan(10_000);
    },
  );
});

describe("a field's name", () => {
  it("counts with characters in it that nobody sees", () => {
    expect(mask({ "pass\u200bword": 1 }, "password")).toEqual({ "pass\u200bword": "••••" });
  });
});

describe("a pattern of the configuration", () => {
  const masker = createMasker({
    detectors: [{ name: "email", mode: "partial" }],
    fields: [],
    patterns: [{ name: "employee", pattern: String.raw`\bE-\d{6}\b`, mode: "redact" }],
  });
  it("is masked under its name, also in names, numbers' texts and JSON within strings", () => {
    expect(masker.mask({ "E-123456": "by E-654321", t: '["E-111111"]' })).toEqual({
      value: { "••••": "by ••••", t: '["••••"]' },
      hidden: [
        { path: ["••••"], kind: "employee" },
        { path: ["••••"], kind: "employee" },
        { path: ["t", 0], kind: "employee" },
      ],
    });
  });
  it("joins with what a detector finds at the same place", () => {
    expect(masker.mask("xE-123456 E-123456@mail.example").value).toBe("xE-123456 ••••");
  });
});

describe("binary content", () => {
  const data = Buffer.from(Array.from({ length: 200 }, (_, index) => index)).toString("base64");
  const value = {
    content: [
      { type: "image", mimeType: "image/png", data },
      { type: "resource", resource: { uri: "a:b", blob: data } },
    ],
  };
  const masked = (binary: "allow" | "drop" | "hash") => createMasker({ detectors: [], fields: [], binary }).mask(value);
  it("passes, goes or becomes its hash", () => {
    expect(masked("allow").value).toBe(value);
    expect(masked("drop").value.content[0]).toMatchObject({ data: "" });
    expect(masked("drop").hidden).toEqual([
      { path: ["content", 0, "data"], kind: "binary" },
      { path: ["content", 1, "resource", "blob"], kind: "binary" },
    ]);
    expect(Buffer.from(masked("hash").value.content[1]?.resource?.blob ?? "", "base64")).toHaveLength(32);
  });
  it("is no cover for text", () => {
    const masker = createMasker({ detectors: [{ name: "card", mode: "partial" }], fields: [] });
    expect(masker.mask({ type: "image", data: "4111111111111111" }).value).toEqual({ type: "image", data: "••••1111" });
  });
});
