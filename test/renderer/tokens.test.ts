import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { colourTokens, contrast, looks } from "../support/tokens.ts";

const everywhere = ["canvas", "surface", "sunken", "raised", "hover", "selected"] as const;
const bands = ["warn-soft", "danger-soft", "critical-soft", "high-soft", "ok-soft"] as const;

/** On what each token that text is set in stands: 4.5:1 at least (SC 1.4.3). */
const texts: Readonly<Record<string, readonly string[]>> = {
  ink: [...everywhere, ...bands, "press", "code-mask", "code-odd"],
  "ink-2": [...everywhere, ...bands, "press"],
  "ink-3": everywhere,
  "accent-ink": [...everywhere, ...bands],
  critical: [...everywhere, "critical-soft"],
  high: [...everywhere, "high-soft"],
  medium: everywhere,
  low: everywhere,
  ok: [...everywhere, "ok-soft"],
  danger: [...everywhere, "danger-soft"],
  warn: [...everywhere, "warn-soft"],
  "on-accent": ["accent", "accent-hover"],
  "code-key": ["sunken", "surface"],
  "code-text": ["sunken", "surface"],
  "code-number": ["sunken", "surface"],
  "code-word": ["sunken", "surface"],
};

/** What is seen without being read, and tells something: 3:1 at least (SC 1.4.11). Dividing lines tell nothing that the layout does not. */
const marks: Readonly<Record<string, readonly string[]>> = {
  focus: [...everywhere, ...bands, "press"],
  accent: ["canvas", "surface", "sunken"],
  "line-field": ["canvas", "surface", "sunken", "raised"],
};
const dividers = ["line", "line-strong"];

describe.each(looks)("in the %s look", (look) => {
  const colours = colourTokens(look);
  const of = (name: string) => {
    const colour = colours.get(name);
    if (colour === undefined) throw new Error(`tokens.css has no colour --${name}`);
    return colour;
  };
  const tooNear = (pairs: typeof texts, least: number) =>
    Object.entries(pairs).flatMap(([name, grounds]) =>
      grounds
        .map((ground) => ({ pair: `${name} on ${ground}`, ratio: contrast(of(name), of(ground)) }))
        .filter(({ ratio }) => ratio < least)
        .map(({ pair, ratio }) => `${pair}: ${ratio.toFixed(2)}`),
    );

  it("every text is readable on all that it stands on", () => {
    expect(tooNear(texts, 4.5)).toEqual([]);
  });

  it("every mark stands out from all that it stands on", () => {
    expect(tooNear(marks, 3)).toEqual([]);
  });

  it("no colour is left out of these tables", () => {
    const known = new Set([...Object.entries({ ...texts, ...marks }).flat(2), ...dividers]);
    expect([...colours.keys()].filter((name) => !known.has(name))).toEqual([]);
  });
});

it("components name a colour by its token, never by its value", () => {
  const root = fileURLToPath(new URL("../../src/renderer", import.meta.url));
  const styles = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css"));
  const raw = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(/gi;
  const found = styles
    .filter((name) => name !== "tokens.css")
    .flatMap((name) => [...readFileSync(join(root, name), "utf8").matchAll(raw)].map(([value]) => `${name}: ${value}`));
  expect(found).toEqual([]);
});

it("the focus ring is never taken away without another in its place", () => {
  const root = fileURLToPath(new URL("../../src/renderer", import.meta.url));
  const styles = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css"));
  const without = styles.filter((name) => /outline:\s*(?:0|none)/.test(readFileSync(join(root, name), "utf8")));
  // Each of these draws the ring around the whole field, by :focus-within.
  for (const name of without) expect(readFileSync(join(root, name), "utf8"), name).toMatch(/focus-within|:focus/);
});
