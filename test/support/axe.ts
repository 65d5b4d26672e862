import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { z } from "zod";
import { contrastsOf } from "./contrast.ts";

const source = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** WCAG 2.2 to AA, and what is held to be good practice besides. */
const everything = {
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  rules: { "target-size": { enabled: true } },
};
/** A look changes colours alone: the page has the same elements, names and measures in each. */
const colours = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };

const looks = [
  { look: "light", media: { colorScheme: "light", forcedColors: "none" }, rules: everything, fewest: 10 },
  { look: "dark", media: { colorScheme: "dark", forcedColors: "none" }, rules: colours, fewest: 1 },
  { look: "forced colours", media: { colorScheme: "dark", forcedColors: "active" }, rules: colours, fewest: 1 },
] as const;

export type Look = (typeof looks)[number]["look"];

const check = z.object({ message: z.string() });
const found = z.array(
  z.object({
    id: z.string(),
    nodes: z.array(
      z.object({
        target: z.array(z.string()),
        html: z.string(),
        any: z.array(check),
        all: z.array(check),
        none: z.array(check),
      }),
    ),
  }),
);
const result = z.object({ violations: found, incomplete: found, looked: z.number() });

/**
 * What axe finds on a page, in these looks: a line for each element that breaks a rule, and for each of which it could
 * not tell, unless that is its text's contrast and measuring shows it to be enough. Throws where axe looked at next to nothing.
 */
export async function axeFaults(page: Page, wanted: readonly Look[]): Promise<readonly string[]> {
  await page.evaluate(source);
  const faults: string[] = [];
  for (const { look, media, rules, fewest } of looks.filter((each) => wanted.includes(each.look))) {
    await page.emulateMedia(media);
    const { violations, incomplete, looked } = result.parse(await page.evaluate(runOf(rules)));
    if (looked < fewest) throw new Error(`axe looked at ${looked} rules only`);
    faults.push(...linesOf(violations).map(({ line }) => `${look}: ${line}`));
    const unsure = linesOf(incomplete);
    const texts = unsure.filter(({ rule }) => rule === "color-contrast");
    const contrasts = await contrastsOf(
      page,
      texts.map(({ target }) => target),
    );
    const readable = new Set(texts.filter((_each, at) => (contrasts[at] ?? 0) >= 4.5));
    faults.push(...unsure.filter((each) => !readable.has(each)).map(({ line }) => `${look}, unsure: ${line}`));
  }
  return faults;
}

function runOf(rules: object): string {
  const options = JSON.stringify({ ...rules, resultTypes: ["violations", "incomplete"] });
  return `axe.run(document, ${options}).then(({ violations, incomplete, passes }) => (
    { violations, incomplete, looked: passes.length + violations.length + incomplete.length }))`;
}

function linesOf(rules: z.infer<typeof found>) {
  return rules.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, any, all, none }) => {
      const why = [...any, ...all, ...none].map(({ message }) => message).join("; ");
      return { rule: id, target: target.join(" "), line: `${id}: ${why} [${target.join(" ")}] ${html.slice(0, 160)}` };
    }),
  );
}
