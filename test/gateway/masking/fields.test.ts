import { describe, expect, it } from "vitest";
import type { MaskMode } from "../../../src/gateway/masking/kinds.ts";
import { holdsMaskMarks } from "../../../src/gateway/masking/marks.ts";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import type { Json } from "../../../src/shared/json.ts";

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
