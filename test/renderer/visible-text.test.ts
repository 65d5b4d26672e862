import { describe, expect, it } from "vitest";
import {
  countAlike,
  countUnseen,
  cut,
  quotedSegments,
  safeJson,
  segments,
  spoken,
} from "../../src/renderer/visible-text.ts";

describe("text from outside", () => {
  it.each([
    ["zero-width space", "\u200b", "U+200B"],
    ["right-to-left override", "\u202e", "U+202E"],
    ["bidi isolate", "\u2066", "U+2066"],
    ["bell", "\u0007", "U+0007"],
    ["carriage return", "\r", "U+000D"],
    ["line separator", "\u2028", "U+2028"],
    ["no-break space", "\u00a0", "U+00A0"],
    ["Hangul filler", "\u3164", "U+3164"],
    ["braille blank", "\u2800", "U+2800"],
    ["object replacement", "\uFFFC", "U+FFFC"],
    ["hieroglyph blank", "\u{13441}", "U+13441"],
    ["small script filler", "\u{16FE4}", "U+16FE4"],
    ["note without a head", "\u{1D159}", "U+1D159"],
    ["byte order mark", "\ufeff", "U+FEFF"],
    ["variation selector", "\ufe0f", "U+FE0F"],
    ["tag letter", "\u{e0041}", "U+E0041"],
    ["private use", "\ue000", "U+E000"],
    ["lone surrogate", "\ud83d", "U+D83D"],
  ])("shows a %s by its code point", (_name, character, code) => {
    expect(segments(`a${character}b`)).toEqual([
      { kind: "plain", text: "a" },
      { kind: "odd", code, times: 1 },
      { kind: "plain", text: "b" },
    ]);
  });

  it("leaves what can be seen as it is, in any script", () => {
    for (const text of ["crm-production", "Größe €5", "日本語", "שלום", "👍", "e\u0301"])
      expect(segments(text)).toEqual([{ kind: "plain", text }]);
  });

  it.each([
    ["p\u0430yment", "a Cyrillic а within a Latin word", ["U+0430"]],
    ["delete_\u0441\u043e\u0440\u0443", "a word made of look-alikes alone", ["U+0441", "U+043E", "U+0440", "U+0443"]],
    ["\u0410\u0391B", "capitals of two scripts", ["U+0410", "U+0391"]],
    ["\u{1D41A}dmin", "a mathematical letter", ["U+1D41A"]],
    ["\uff41dmin", "a full-width letter", ["U+FF41"]],
  ])("marks what passes for another letter: %s, %s", (text, _what, codes) => {
    expect(segments(text).flatMap((each) => (each.kind === "alike" ? [each.code] : []))).toEqual(codes);
    expect(countAlike(text)).toBe(codes.length);
    expect(spoken(text)).toContain(`${codes[0]}›`);
  });

  it("leaves honest words of any script, and signs beside Latin ones, unmarked", () => {
    for (const text of ["Привет, а он", "USB-кабель", "Ωm and Δt", "Αθήνα", "ＡＢＣ会社", "naïve Łódź"])
      expect([text, countAlike(text)]).toEqual([text, 0]);
  });

  it("counts a run of one unseen character instead of repeating it", () => {
    expect(segments("\u200b".repeat(100_000))).toEqual([{ kind: "odd", code: "U+200B", times: 100_000 }]);
  });

  it("keeps marks from piling up over their neighbours", () => {
    expect(segments(`a${"\u0301".repeat(40)}`)).toEqual([
      { kind: "plain", text: "a\u0301\u0301" },
      { kind: "odd", code: "U+0301", times: 38 },
    ]);
  });

  it("escapes what would end or split a quoted string", () => {
    expect(quotedSegments('a"b\\\nc')).toEqual([
      { kind: "plain", text: "a" },
      { kind: "escape", text: '\\"' },
      { kind: "plain", text: "b" },
      { kind: "escape", text: "\\\\" },
      { kind: "escape", text: "\\n" },
      { kind: "plain", text: "\n" },
      { kind: "plain", text: "c" },
    ]);
  });

  it("counts unseen characters but not line ends", () => {
    expect(countUnseen("a\u200b\u200b\n\tb\u202e")).toBe(3);
  });

  it("never cuts a character in half", () => {
    expect(cut("ab👍", 3)).toBe("ab");
    expect(cut("ab👍", 4)).toBe("ab👍");
  });

  it("says a long name's length instead of reading it out", () => {
    expect(spoken("x".repeat(100_000))).toBe(`${"x".repeat(80)}… (100,000 characters)`);
    expect(spoken("delete\u202eelif")).toBe("delete‹U+202E›elif");
  });

  it("copies JSON that is the same value with nothing unseen in it", () => {
    const value = { "a\u200b": "\u202ex\u{e0041}\n", b: ["\u007f", 1.5, null] };
    const text = safeJson(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(countUnseen(text)).toBe(0);
  });
});
