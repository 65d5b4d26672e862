import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { settings } from "../../../src/gateway/config-descriptions.ts";
import { configJsonSchema } from "../../../src/gateway/config-json-schema.ts";

describe("the settings of gateway.yaml", () => {
  it("are each described, and nothing is described that is no setting", () => {
    expect([...pathsIn(configJsonSchema(), "")].sort()).toEqual(Object.keys(settings).sort());
  });

  it("stand in docs/configuration.md in the words that editors show", async () => {
    const document = await readFile(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
    // What comes after is about running it, with tables of its own.
    const [listing = ""] = document.split("\n## Running it\n");
    const rows = [...listing.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
    const listed = rows.map(([, path = "", text = ""]) => [path, text.replaceAll("\\|", "|")]);
    expect(Object.fromEntries(listed)).toEqual(settings);
  });
});

/** The paths of all properties of a schema, those within lists with `[]`. */
function pathsIn(schema: unknown, path: string): Set<string> {
  const found = new Set<string>();
  if (typeof schema !== "object" || schema === null) return found;
  const take = (below: unknown, at: string): void => pathsIn(below, at).forEach((each) => found.add(each));
  for (const [name, below] of Object.entries(schema)) {
    if (name === "items") take(below, `${path}[]`);
    else if (name === "anyOf" || name === "oneOf") for (const each of below as unknown[]) take(each, path);
    else if (name === "properties") {
      for (const [property, value] of Object.entries(below as object)) {
        const at = path === "" ? property : `${path}.${property}`;
        found.add(at);
        take(value, at);
      }
    }
  }
  return found;
}
