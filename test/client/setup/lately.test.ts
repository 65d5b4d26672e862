import { expect, it } from "vitest";
import { lately } from "../../../src/client/setup/format/lately.ts";

it("parses each of the two texts of a change once, however often they are asked for by turns", () => {
  const asked: string[] = [];
  const parse = lately((text) => {
    asked.push(text);
    return { text };
  });
  const [before, after] = ["before", "after"];
  for (let turn = 0; turn < 3; turn += 1) for (const text of [before, after]) expect(parse(text)).toEqual({ text });
  expect(asked).toEqual([before, after]);
  expect(parse(["bef", "ore"].join(""))).toEqual({ text: before });
  expect(asked).toHaveLength(2);
});
