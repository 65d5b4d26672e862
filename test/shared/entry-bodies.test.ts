import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { z } from "zod";
import { entryBodies } from "../../src/shared/entry-bodies.ts";
import { entryKind } from "../../src/shared/entry-kind.ts";
import { descriptionOf, entryPage } from "../support/entry-page.ts";

test("docs/ledger-entries.md names each kind and each member as the schema has them", async () => {
  // Where it differs: node test/support/entry-page.ts > docs/ledger-entries.md
  expect(await readFile("docs/ledger-entries.md", "utf8")).toBe(entryPage());
});

test.each(entryKind.options)("each member of %s says what it is", (kind) => {
  const members = Object.entries<z.ZodType>(entryBodies[kind].shape);
  expect(members.filter(([, schema]) => (descriptionOf(schema) ?? "") === "").map(([name]) => name)).toEqual([]);
});
