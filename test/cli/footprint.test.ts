import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { giveBackMemory } from "../../src/cli/footprint.ts";

const run = promisify(execFile);

it("what nobody holds any more is collected when memory is given back", async () => {
  const left = forgotten();
  await giveBackMemory();
  expect(left.deref()).toBeUndefined();
});

function forgotten(): WeakRef<object> {
  return new WeakRef({ text: "x".repeat(1_000) });
}

it("this runtime knows the switch by which code is optimised later", async () => {
  const file = new URL("../../src/cli/footprint.ts", import.meta.url).href;
  const script = `import { optimiseLater } from ${JSON.stringify(file)}; optimiseLater(); console.log("done");`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  expect({ stdout, stderr }).toEqual({ stdout: "done\n", stderr: "" });
});
