import { describe, expect, it } from "vitest";
import { jsonLines, jsonText } from "../../src/shared/json-text.ts";

describe("JSON on a terminal", () => {
  it("escapes what a terminal would obey or hide, and stays the same value", () => {
    const value = { "na\u202Eme": "a\u001B[31mred\u200B\u{E0041} ü 漢 😀" };
    const text = jsonText(value);
    expect(text).toBe('{"na\\u202eme":"a\\u001b[31mred\\u200b\\udb40\\udc41 ü 漢 😀"}');
    expect(JSON.parse(text)).toEqual(value);
  });

  it("keeps line breaks of the layout apart from those of the value", () => {
    expect(jsonLines({ a: "one\ntwo" })).toEqual(["{", '  "a": "one\\ntwo"', "}"]);
  });

  it("indents nothing that nests so deep that the blanks would outgrow it a thousand times", () => {
    const text = `${"[".repeat(500)}${"1,".repeat(30_000)}1${"]".repeat(500)}`;
    const lines = jsonLines(JSON.parse(text));
    expect(lines).toEqual([text]);
    expect(jsonLines([[1]])).toEqual(["[", "  [", "    1", "  ]", "]"]);
  });
});
