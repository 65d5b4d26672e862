import { expect, it } from "vitest";
import { exportParts } from "../../../src/gateway/sessions/export-parts.ts";
import type { ExportPart } from "../../../src/gateway/sessions/stored-moment.ts";

/** What comes out of an index that answers so, one answer after the other. */
async function exported(...answers: readonly ExportPart[]): Promise<string> {
  const left = [...answers];
  const search = { exported: () => Promise.resolve(left.shift() ?? expect.fail("asked once too often")) };
  let text = "";
  for await (const pieces of exportParts(search, { id: "from-1", format: "jsonl", entries: 900 }))
    text += pieces.map((piece) => (typeof piece === "string" ? piece : piece.file)).join("");
  return text;
}
const first: ExportPart = { found: { pieces: ["one "], next: 500 }, indexed: 900 };

it("writes a session to its end, and nothing of one that is not there", async () => {
  expect(await exported(first, { found: { pieces: ["two"], next: null }, indexed: 901 })).toBe("one two");
  expect(await exported({ found: null, indexed: 900 })).toBe("");
});

it("breaks off where the index is made anew meanwhile: the file would end early and look whole", async () => {
  const transient = { code: "transient" };
  await expect(exported(first, { found: null, indexed: 20 })).rejects.toMatchObject(transient);
  await expect(exported(first, { found: { pieces: [], next: null }, indexed: 400 })).rejects.toMatchObject(transient);
});

it("does not begin before all of the ledger was read: neither a session's end nor that there is none is known", async () => {
  await expect(exported({ ...first, indexed: 899 })).rejects.toMatchObject({ code: "transient" });
  await expect(exported({ found: null, indexed: 0 })).rejects.toMatchObject({ code: "transient" });
});
