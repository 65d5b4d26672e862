import { readFileSync } from "node:fs";

/** The looks that tokens.css has by itself; forced colours are the system's. */
export const looks = ["light", "dark", "contrast-light", "contrast-dark"] as const;
export type Look = (typeof looks)[number];

/** The colours of tokens.css in one look, as `#rrggbb`, by the token's name. */
export function colourTokens(look: Look): ReadonlyMap<string, string> {
  const text = readFileSync(new URL("../../src/renderer/tokens.css", import.meta.url), "utf8");
  const rules = [blockAfter(text, ":root {")];
  if (look.startsWith("contrast")) rules.push(blockAfter(text, '[data-theme^="contrast"] {'));
  const said = new Map<string, string>();
  for (const rule of rules)
    for (const [, name = "", value = ""] of rule.matchAll(/--([\w-]+):\s*([^;]+);/g)) said.set(name, value);
  const side = look.endsWith("dark") ? 2 : 1;
  const colours = new Map<string, string>();
  for (const name of said.keys()) {
    const colour = resolve(said, name, side);
    if (colour !== null) colours.set(name, colour);
  }
  return colours;
}

/** The ratio of two colours as WCAG 2.2 defines it (relative luminance, SC 1.4.3). */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function blockAfter(text: string, opening: string): string {
  const from = text.indexOf(opening);
  if (from < 0) throw new Error(`tokens.css has no ${opening}`);
  return text.slice(from, text.indexOf("}", from));
}

function resolve(said: ReadonlyMap<string, string>, name: string, side: 1 | 2): string | null {
  const value = said.get(name) ?? "";
  const alias = /^var\(--([\w-]+)\)$/.exec(value)?.[1];
  if (alias !== undefined) return resolve(said, alias, side);
  const one =
    /^(#[0-9a-f]{6})$/.exec(value)?.[1] ?? /^light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)$/.exec(value)?.[side];
  return one ?? null;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
