import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { withoutValue, withValue } from "../../../src/client/setup/format/checked.ts";
import type { Format } from "../../../src/client/setup/format/format.ts";
import { json, jsonc } from "../../../src/client/setup/format/json.ts";
import { toml } from "../../../src/client/setup/format/toml.ts";
import { toValue, valueAt, type Plain } from "../../../src/client/setup/format/value.ts";
import { yaml } from "../../../src/client/setup/format/yaml.ts";
import { jsonFile, tomlFile, yamlFile } from "./files.ts";

const entry: Plain = {
  url: "http://127.0.0.1:50123/mcp/files",
  headers: { Authorization: "Bearer cst_abc" },
  timeout: 600,
  enabled: true,
};

interface Case {
  readonly name: string;
  readonly format: Format;
  readonly file: fc.Arbitrary<string>;
}
const cases: readonly Case[] = [
  { name: "JSON", format: json, file: jsonFile("servers", false) },
  { name: "JSON with comments", format: jsonc, file: jsonFile("servers", true) },
  { name: "YAML", format: yaml, file: yamlFile("servers") },
  { name: "TOML", format: toml, file: tomlFile("servers") },
];
const path = ["servers", "files"];

describe.each(cases)("editing $name", ({ format, file }) => {
  const bodies = file.map((text) => text.replace(/^\uFEFF/, ""));

  it("adds an entry and changes no byte that was there", () => {
    fc.assert(
      fc.property(bodies, (text) => {
        expect(format.read(text)).toMatchObject({ ok: true });
        const edits = format.put(text, path, entry);
        if (!edits.ok) throw new Error(JSON.stringify(edits.problem));
        expect(edits.edits.every(({ remove }) => remove === 0)).toBe(true);
        const added = withValue(format, text, path, entry);
        if (!added.ok) throw new Error(`${JSON.stringify(added.problem)}\n${text}`);
        const read = format.read(added.text);
        expect(read.ok && valueAt(read.value, path)).toEqual(toValue(entry));
      }),
    );
  });

  it("takes it away again, whatever else was added meanwhile, and what is left reads as before", () => {
    fc.assert(
      fc.property(bodies, (text) => {
        const more = { command: "x" };
        const added = withValue(format, text, path, entry);
        const beside = added.ok ? withValue(format, added.text, ["servers", "later"], more) : added;
        const gone = beside.ok ? withoutValue(format, beside.text, path) : beside;
        const only = withValue(format, text, ["servers", "later"], more);
        if (!gone.ok || !only.ok) throw new Error("refused");
        expect(format.read(gone.text)).toEqual(format.read(only.text));
      }),
    );
  });

  it("takes it away again where nothing else was added", () => {
    fc.assert(
      fc.property(bodies, (text) => {
        const added = withValue(format, text, path, entry);
        const gone = added.ok ? withoutValue(format, added.text, path) : added;
        if (!gone.ok) throw new Error(`${JSON.stringify(gone.problem)}\n${text}`);
        const read = format.read(gone.text);
        expect(read.ok && valueAt(read.value, path)).toBeUndefined();
      }),
    );
  });

  it("puts another value in its place", () => {
    fc.assert(
      fc.property(bodies, (text) => {
        const added = withValue(format, text, path, entry);
        const again = added.ok ? withValue(format, added.text, path, { url: "http://127.0.0.1:1/mcp/files" }) : added;
        expect(again).toMatchObject({ ok: true });
      }),
    );
  });
});
