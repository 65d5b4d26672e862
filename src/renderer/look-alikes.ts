// Letters of other scripts that are drawn as Latin ones in usual fonts: Cyrillic, Greek, Armenian, and Latin letters that pass for others.
const alike =
  "аАВсСԁеЕɡһНіІϳјЈкКӏМоОрРԛѕЅТтуУѵԝхХҮүΑαΒΕΖΗΙιΚκΜΝΟοΡρΤΥυνΧγօՕոսՍհցլԼ\u0251\u2170\u2174\u2179\u217c\u217d\u217e\u217f";
// Full-width, mathematical and other forms of ASCII letters and digits.
const forms = "\\u{FF10}-\\u{FF19}\\u{FF21}-\\u{FF3A}\\u{FF41}-\\u{FF5A}\\u{1D400}-\\u{1D7FF}\\u{24B6}-\\u{24E9}";
const letter = new RegExp(`[${alike}${forms}]`, "gu");
const has = new RegExp(`[${alike}${forms}]`, "u");
const word = /[\p{L}\p{M}\p{N}]+/gu;
const latin = /\p{Script=Latin}/u;
// A letter that no Latin word could be thought to have: its script is in honest use here.
const honest = new RegExp(`(?![${alike}])[\\p{Script=Cyrillic}\\p{Script=Greek}\\p{Script=Armenian}]`, "u");

/**
 * Places (UTF-16 offsets) of letters that pass for Latin ones: in a word that has Latin letters too, and in a word made of nothing else where
 * the text has no letter that is honestly of another script.
 */
export function lookAlikes(text: string): ReadonlySet<number> {
  const places = new Set<number>();
  if (!has.test(text)) return places;
  const isForeign = honest.test(text);
  for (const { 0: part, index } of text.matchAll(word)) {
    const others = part.replace(letter, "");
    const isMixed = latin.test(others);
    const isWhole = !isForeign && !/\p{L}/u.test(others);
    if (isMixed || isWhole) for (const found of part.matchAll(letter)) places.add(index + found.index);
  }
  return places;
}
