import { afterAll, beforeAll, expect, test } from "vitest";
import { weakened } from "./weakened.ts";
import { checkRepository, copyTree, type Change, type WeakenedTree } from "./weakened-tree.ts";

// What is built is judged as it is: `npm test` builds first. A copy of it is weakened, one place at a time.

let tree: WeakenedTree;
beforeAll(async () => {
  tree = await copyTree();
});
afterAll(() => tree.remove());

test("finds nothing in this repository", async () => {
  expect(await checkRepository()).toEqual({ status: 0, findings: "" });
});

// All at once, but for what would hide another: each has its own finding, and an untouched tree has none.
const laxSchema = "a schema that takes anything";
const found: { together: string; laxSchema: string } = { together: "", laxSchema: "" };
beforeAll(async () => {
  const changes = weakened.map(([what, file, from, to]): Change => [what, file, from, to]);
  found.together = await tree.findingsWhere(changes.filter(([what]) => what !== laxSchema));
  found.laxSchema = await tree.findingsWhere(changes.filter(([what]) => what === laxSchema));
});

test.each(weakened)("fails for %s", (what, _file, _from, _to, finding) => {
  expect(what === laxSchema ? found.laxSchema : found.together).toMatch(finding);
});
