import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// Every text for people stands in a catalogue: no component has words of its own.

const root = fileURLToPath(new URL("../../src/", import.meta.url));
const read = (name: string) => readFileSync(`${root}${name}`, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** Attributes and properties that people read or hear. */
const spokenName = "aria-label|aria-description|aria-roledescription|aria-valuetext|alt|title|placeholder|label";
/** Marks and signs that need no words. */
const isWordless = (text: string) => !/\p{L}{2}/u.test(text.replaceAll(/&\w+;/g, ""));

function literals(source: string): readonly string[] {
  const attributes = [...source.matchAll(new RegExp(`\\b(?:${spokenName})=(?:"([^"]*)"|\\{"([^"]*)"\\})`, "g"))];
  const between = [...source.matchAll(/(?<=[a-z"'})]>)\s*([^<>{}=;()&|]+?)\s*(?=<[/A-Za-z]|\{)/g)];
  const quoted = [...source.matchAll(/>\s*\{"([^"]+)"\}/g)];
  return [...attributes, ...between, ...quoted]
    .map(([, one, other]) => (one ?? other ?? "").trim())
    .filter((text) => text !== "" && !isWordless(text));
}

describe("the words of the console", () => {
  const components = globSync("renderer/**/*.tsx", { cwd: root });

  it("stand in src/renderer/words and wording.ts alone", () => {
    expect(components.length).toBeGreaterThan(50);
    // The names of keys are the keyboard's, as they stand on it.
    const keys = new Set(["Ctrl ↵"]);
    const found = components.flatMap((name) =>
      literals(read(name))
        .filter((text) => !keys.has(text))
        .map((text) => `${name}: ${text}`),
    );
    expect(found).toEqual([]);
  });

  it("would be found in a component", () => {
    expect(literals('<p className="x">Sign in now</p>')).toEqual(["Sign in now"]);
    expect(literals('<button aria-label="Close it" />')).toEqual(["Close it"]);
    expect(literals("<b>{words.signIn}</b> · <i>•</i>")).toEqual([]);
  });
});
