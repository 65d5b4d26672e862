import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
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

/** Sentences, and what is named or said to the system, in main's code; what goes into its log or is thrown is no text for people. */
function sentences(source: string): readonly string[] {
  return [...source.matchAll(/(["`])((?:\\.|(?!\1).)*)\1/gs)].flatMap(({ 2: text = "", index }) => {
    const before = source.slice(Math.max(0, index - 80), index);
    if (/report\(\s*$|CountersignError\("\w+",\s*$|code: "\w+", message: $/.test(before)) return [];
    const isSaid = new RegExp(`\\b(?:${spokenName}|message|detail|body|buttons):\\s*\\[?$`).test(before);
    const isSentence = /^\p{Lu}[^\n]*\p{L}\s\p{L}/u.test(text);
    return (isSaid || isSentence) && !isWordless(text.replaceAll(/\$\{[^}]*\}/g, "")) ? [text] : [];
  });
}

describe("the words of the tray app", () => {
  const files = globSync("main/*.ts", { cwd: root });

  it("stand in src/main/words alone", () => {
    expect(files.length).toBeGreaterThan(40);
    // The window is called by the app's name, until its page has a title.
    const names = new Set(["window.ts: Countersign"]);
    const found = files.flatMap((name) => sentences(read(name)).map((text) => `${basename(name)}: ${text}`));
    expect(found.filter((text) => !names.has(text))).toEqual([]);
  });

  it("would be found in its code", () => {
    expect(sentences('click("Sign in", x); y({ label: "Deny" }); z({ title: `Not ${what}` })')).toEqual([
      "Sign in",
      "Deny",
      "Not ${what}",
    ]);
    expect(sentences('report("It did not open", error); a({ label: words.deny, body: "" }); b("win32")')).toEqual([]);
  });
});

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
