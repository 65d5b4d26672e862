import { expect, test } from "vitest";
import { approvalView } from "../../src/shared/approval.ts";
import { canonical } from "../../src/shared/json.ts";

const { annotations, payload } = approvalView.shape;

test("keeps every member of a payload, one named __proto__ too: what runs must be what is shown", () => {
  const text = '{"arguments":{"__proto__":{"path":"/etc"},"deep":[{"__proto__":1}],"id":"c1"},"hidden":[]}';
  expect(canonical(payload.parse(JSON.parse(text)))).toBe(text);
  const claims = '{"__proto__":{"readOnlyHint":true},"title":"x"}';
  expect(canonical(annotations.parse(JSON.parse(claims)))).toBe(claims);
});

test.each([undefined, Number.NaN, 1n, Symbol("x"), () => 1, [undefined], { a: { b: undefined } }])(
  "refuses a payload with %s in it, which is no JSON",
  (value) => {
    expect(payload.safeParse({ arguments: value, hidden: [] }).success).toBe(false);
  },
);

test.each([[[]], ["text"], [1]])("refuses %j for annotations", (value) => {
  expect(annotations.safeParse(value).success).toBe(false);
});

test("refuses a payload nested so deep that walking it could end the process", () => {
  expect(payload.safeParse({ arguments: nested(512), hidden: [] }).success).toBe(true);
  expect(payload.safeParse({ arguments: nested(513), hidden: [] }).success).toBe(false);
  expect(payload.safeParse({ arguments: nested(1_000_000), hidden: [] }).success).toBe(false);
});

function nested(levels: number): unknown {
  return JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
}
