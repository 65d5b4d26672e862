import { describe, expect, it } from "vitest";
import { canonical } from "../../src/shared/json.ts";
import { parseStrictJson } from "../../src/shared/strict-json.ts";
import { cpuMs } from "../support/cpu-time.ts";

describe("strict JSON", () => {
  it.each([
    "1.0",
    "1e2",
    "0.10",
    "-0",
    "0e999",
    "0.000",
    "1E+2",
    "9007199254740993e0".replace("3", "2"),
    "123456789012345",
    "1.7976931348623157e308",
    "5e-324",
    "0.1",
    "1e21",
    "100000000000000000000",
    "-12.50",
    '"a: \\" b"',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"__proto__":{"a":1},"constructor":2}',
    '{"\\\\":1,"\\\\\\"":2}',
    "[]",
    " null ",
  ])("accepts %s", (text) => {
    expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    "12345678901234567890",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1e-400",
    "0.1000000000000000055",
    "9007199254740993",
    "[1,2,3.00000000000000001]",
    '{"a":{"b":12345678901234567890}}',
  ])("refuses the number of %s", (text) => {
    expect(parseStrictJson(text)).toMatchObject({ ok: false, reason: expect.stringContaining("number") });
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '[{"x":{"k":1,"k":2}}]',
    '{"a":{"b":1},"a":{"b":1}}',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"a":{"a":1,"b":{"c":[]}},"a":3}',
  ])("refuses the member that %s names twice", (text) => {
    expect(parseStrictJson(text)).toMatchObject({ ok: false, reason: expect.stringContaining("same name") });
  });

  it.each(["", "{", "01", "+1", "NaN", "'a'", '{"a":1,}', "[1] x", "\uFEFF{}", "1."])(
    "refuses %j as not JSON",
    (text) => {
      expect(parseStrictJson(text)).toMatchObject({ ok: false, reason: expect.stringContaining("not valid JSON") });
    },
  );

  it("refuses nesting deeper than 200 and accepts 200", () => {
    expect(parseStrictJson("[".repeat(200) + "]".repeat(200)).ok).toBe(true);
    expect(parseStrictJson("[".repeat(201) + "]".repeat(201))).toMatchObject({ ok: false });
    expect(parseStrictJson('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000))).toMatchObject({ ok: false });
  });

  it("never quotes the text in its reason", () => {
    const result = parseStrictJson('{"card":"4111111111111111"');
    expect(JSON.stringify(result)).not.toContain("4111");
  });

  it("takes no more than a few times JSON.parse for a megabyte, hostile ones included", () => {
    const record = {
      id: 12345,
      name: "a name",
      note: 'with "quotes" and \\ signs',
      amount: 12.5,
      on: true,
      tags: ["x", "y"],
    };
    const texts = [
      JSON.stringify(Array.from({ length: 9000 }, (_, index) => ({ ...record, id: index }))),
      JSON.stringify("x".repeat(1_000_000)),
      JSON.stringify('\\"'.repeat(250_000)),
      JSON.stringify("\\".repeat(500_000)),
      `[${"1,".repeat(500_000)}1]`,
      `[${"1.25e-7,".repeat(125_000)}1]`,
      `[0.${"0".repeat(1_000_000)}]`,
      `[1${"0".repeat(1_000_000)}1]`,
      JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`key-${index}`, 1]))),
    ];
    for (const text of texts) {
      const parse = fastest(() => JSON.parse(text));
      const strict = fastest(() => parseStrictJson(text));
      expect(strict, text.slice(0, 40)).toBeLessThan(parse * 12 + 300);
    }
  });

  it("gives the value that JSON.parse gives", () => {
    const text = '{"b":[1,{"c":"\\u2022"}],"a":null}';
    const result = parseStrictJson(text);
    expect(result.ok && canonical(result.value)).toBe('{"a":null,"b":[1,{"c":"•"}]}');
  });
});

function fastest(work: () => unknown): number {
  let best = Infinity;
  for (let round = 0; round < 4; round += 1) {
    best = Math.min(best, cpuMs(work));
  }
  return best;
}
