import { afterEach, beforeEach, expect, it } from "vitest";
import { openWorkbench, type Workbench } from "../client/workbench.ts";
import { shell } from "./shell.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(() => bench.close());

const remove = (wanted: string) => shell("clients", "remove", wanted, "--profile", bench.directory);

it("removes no client by a name that two have: any program takes one over stdio, and the other's token would live on", async () => {
  const { id } = await bench.client.addClient("Cursor");
  await bench.client.admitClient("Cursor");
  expect(await remove("Cursor")).toMatchObject({ status: 1, stderr: expect.stringContaining("by its id") });
  expect(bench.client.state().clients).toHaveLength(2);
  expect(await remove(id)).toMatchObject({ status: 0, stdout: expect.stringContaining("its token opens nothing now") });
  expect(await remove("Cursor")).toMatchObject({ status: 0, stdout: expect.stringContaining("refused over stdio") });
  expect(bench.client.state().clients).toEqual([]);
});
