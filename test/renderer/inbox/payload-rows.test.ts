import { describe, expect, it } from "vitest";
import { maskCounts, masksOutside, payloadRows, payloadText } from "../../../src/renderer/inbox/payload-rows.ts";
import type { Json } from "../../../src/shared/json.ts";

const payload = {
  arguments: { id: "7", person: { ssn: "•••1120", tags: ["a", { deep: 1 }] }, none: {} },
  hidden: [
    { path: ["person", "ssn"], kind: "ssn" },
    { path: ["person", "ssn"], kind: "field" },
    { path: ["gone", 3], kind: "card" },
  ],
};

describe("the payload's lines", () => {
  it("gives every member in document order, within its parents", () => {
    const rows = payloadRows(payload);
    expect(rows.map(({ name, depth, value }) => [name, depth, value.kind])).toEqual([
      ["id", 0, "string"],
      ["person", 0, "object"],
      ["ssn", 1, "string"],
      ["tags", 1, "array"],
      [0, 2, "string"],
      [1, 2, "object"],
      ["deep", 3, "number"],
      ["none", 0, "object"],
    ]);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  it("marks a value as masked exactly where its path is listed", () => {
    const masked = payloadRows(payload).filter(({ hiddenAs }) => hiddenAs.length > 0);
    expect(masked.map(({ name, hiddenAs }) => [name, hiddenAs])).toEqual([["ssn", ["ssn", "field"]]]);
  });

  it("tells a list's place from a member of that name", () => {
    const rows = payloadRows({ arguments: { a: ["x"], b: { 0: "y" } }, hidden: [{ path: ["b", 0], kind: "card" }] });
    expect(rows.every(({ hiddenAs }) => hiddenAs.length === 0)).toBe(true);
  });

  it("keeps masks whose place is not in the payload", () => {
    expect(masksOutside(payload)).toEqual([{ path: ["gone", 3], kind: "card" }]);
    expect([...maskCounts(payload.hidden)]).toEqual([
      ["ssn", 1],
      ["field", 1],
      ["card", 1],
    ]);
  });

  it("keeps its keys short, alone and far apart, where a long name or hundreds of levels are above many values", () => {
    const many = Array.from({ length: 3000 }, () => 0);
    let deep: Json = many;
    for (let level = 0; level < 180; level += 1) deep = [deep];
    for (const value of [{ ["k".repeat(20_000)]: many }, { a: deep }]) {
      const rows = payloadRows({ arguments: value, hidden: [] });
      const keys = new Set(rows.map(({ key }) => key));
      expect(keys.size).toBe(rows.length);
      expect(Math.max(...[...keys].map((key) => key.length))).toBeLessThan(250);
      expect(rows.every(({ parent }) => parent === "" || keys.has(parent))).toBe(true);
    }
  });

  it("shows a payload that is no object, or is masked whole", () => {
    expect(payloadRows({ arguments: "x", hidden: [] })).toHaveLength(1);
    expect(payloadRows({ arguments: [], hidden: [] })).toHaveLength(0);
    expect(payloadRows({ arguments: "••••", hidden: [{ path: [], kind: "field" }] })[0]?.hiddenAs).toEqual(["field"]);
  });

  it("writes as text exactly the JSON it holds", () => {
    const text = payloadText(payload)
      .map((piece) => piece.text)
      .join("");
    expect(text).toBe(JSON.stringify(payload.arguments, null, 2));
  });
});
