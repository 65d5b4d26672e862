import { describe, expect, it } from "vitest";
import { differencesOf, isComparable } from "../../../src/renderer/inbox/differences.ts";
import type { MaskedPayload } from "../../../src/shared/approval.ts";
import type { Json } from "../../../src/shared/json.ts";

const of = (value: Json, hidden: MaskedPayload["hidden"] = []): MaskedPayload => ({ arguments: value, hidden });
const lines = (before: MaskedPayload, now: MaskedPayload) =>
  differencesOf(before, now).rows.map(({ key, change }) => `${change} ${key}`);

describe("what differs between two payloads", () => {
  it("is told field by field, inside objects and lists, what was removed behind its siblings", () => {
    const before = of({ a: 1, gone: "x", deep: { same: true, old: [1, 2] }, list: [1, 2] });
    const now = of({ a: 2, fresh: null, deep: { same: true, old: [1, 2] }, list: [1, 3, 4] });
    expect(lines(before, now)).toEqual([
      'changed ["a"]',
      'added ["fresh"]',
      'same ["deep"]',
      'same ["deep","same"]',
      'same ["deep","old"]',
      'same ["deep","old",0]',
      'same ["deep","old",1]',
      'within ["list"]',
      'same ["list",0]',
      'changed ["list",1]',
      'added ["list",2]',
      'removed ["gone"]',
    ]);
    expect(differencesOf(before, now).counts).toEqual({ changed: 2, added: 2, removed: 1, same: 4 });
  });

  it("is found below names and levels of any length", () => {
    const name = "k".repeat(1000);
    const { rows, counts } = differencesOf(of({ [name]: [1, { a: 2 }, 3] }), of({ [name]: [1, { a: 4 }, 3, 5] }));
    expect(rows.map(({ change }) => change)).toEqual(["within", "same", "within", "changed", "same", "added"]);
    expect(counts).toEqual({ added: 1, removed: 0, changed: 1, same: 2 });
  });

  it("is a change where a value became another kind, and all that was in it went", () => {
    expect(lines(of({ a: { b: 1 } }), of({ a: "1" }))).toEqual(['changed ["a"]', 'removed ["a","b"]']);
    expect(lines(of({ a: 1 }), of({ a: "1" }))).toEqual(['changed ["a"]']);
    expect(lines(of({ a: {} }), of({ a: [] }))).toEqual(['changed ["a"]']);
    expect(lines(of("x"), of("y"))).toEqual(["changed []"]);
  });

  it("takes masked values as they are shown, and a value that is masked now as changed", () => {
    const mask = { path: ["a"], kind: "email" };
    const same = differencesOf(of({ a: "••••" }, [mask]), of({ a: "••••" }, [mask]));
    expect([same.rows[0]?.change, same.hasMasked]).toEqual(["same", true]);
    expect(lines(of({ a: "••••" }), of({ a: "••••" }, [mask]))).toEqual(['changed ["a"]']);
    expect(differencesOf(of({ a: 1 }), of({ a: 1 })).hasMasked).toBe(false);
  });
});

const many = (count: number) => of({ a: Array.from({ length: count }, () => 0) });

it("is not looked for in more values than a page compares while somebody waits", () => {
  expect([many(1000), many(100_000)].map(isComparable)).toEqual([true, false]);
});
