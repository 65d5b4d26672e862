import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = await readFile(`${root}docs/threat-model.md`, "utf8");
const paths = [...new Set([...text.matchAll(/`(test\/[A-Za-z0-9_./*-]+)`/g)].flatMap((match) => match[1] ?? []))];

test.each(paths)("what the threat model says is shown by %s can be looked up there", (path) => {
  expect(globSync(path, { cwd: root })).not.toEqual([]);
});

test("each claim about the shell names its test or the check", () => {
  const section = /\n## The shell\n([^]*?)\n## /.exec(text)?.[1] ?? "";
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| Claim") && !line.startsWith("| ---"));
  expect(rows.length).toBeGreaterThan(8);
  expect(rows.filter((row) => !/check|`test\//.test(row.split("|").at(-2) ?? ""))).toEqual([]);
});
