import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { linesOf } from "../../../src/gateway/audit/lines.ts";
import { scratchFolder } from "../store/scratch.ts";

test.each([
  ["none", "", []],
  ["one without its end", "a", ["a"]],
  ["empty ones", "\n\na\n", ["", "", "a"]],
  [
    "ones that begin and end where reading does",
    `${"x".repeat(262_143)}\n${"y".repeat(262_144)}\nz\n`,
    [262_143, 262_144, 1],
  ],
  ["one that is longer than what is read at once", `a\n${"x".repeat(1_000_000)}\nb`, [1, 1_000_000, 1]],
])("reads the lines of a file: %s", async (_name, text, expected) => {
  const path = join(scratchFolder(), "lines");
  writeFileSync(path, text);
  const found: string[] = [];
  for await (const lines of linesOf(path)) found.push(...lines.map(String));
  expect(found.join("\n")).toBe(text.replace(/\n$/, ""));
  expect(found.map((line, at) => (typeof expected[at] === "number" ? line.length : line))).toEqual(expected);
});
