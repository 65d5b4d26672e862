import { describe, expect, it } from "vitest";
import { anyGlob, globMatcher } from "../../../src/gateway/policy/glob.ts";
import { cpuMs } from "../../support/cpu-time.ts";

describe("a glob", () => {
  it.each([
    ["*", ""],
    ["*", "any/thing"],
    ["read_*", "read_"],
    ["read_*", "read_file"],
    ["*_file", "read_file"],
    ["a*b*c", "aXbXbc"],
    ["a?c", "abc"],
    ["?", "x"],
    ["**a", "bba"],
    ["*ab*ab", "xabyabab"],
    ["file:///a/*", "file:///a/b/c"],
    ["a.c", "a.c"],
    ["[a]", "[a]"],
  ])("%s matches %j", (pattern, text) => expect(globMatcher(pattern)(text)).toBe(true));

  it.each([
    ["read_*", "Read_file"],
    ["read_*", "xread_file"],
    ["*_file", "read_files"],
    ["a?c", "ac"],
    ["?", ""],
    ["a.c", "abc"],
    ["[a]", "a"],
    ["", "a"],
    ["a*b*c", "acb"],
    ["write", "write_file"],
  ])("%s does not match %j", (pattern, text) => expect(globMatcher(pattern)(text)).toBe(false));

  it("stays quick on a name made to be slow", () => {
    const matcher = globMatcher(`${"*a".repeat(20)}b`);
    const tookMs = cpuMs(() => expect(matcher("a".repeat(1_000_000))).toBe(false));
    expect(tookMs).toBeLessThan(5000);
  });

  it("list of none matches nothing", () => expect(anyGlob([])("")).toBe(false));
});
