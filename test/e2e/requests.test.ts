import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startShell } from "../cli/shell.ts";
import { startDemo, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.clear());

const items = z.array(z.looseObject({ id: z.string(), state: z.string() }));

async function own(...options: string[]) {
  return items.parse(JSON.parse((await demo.as("engineer", "requests", "--json", ...options)).stdout));
}

it("one's own requests: listed while they wait, withdrawn, told to the waiting call, and found again afterwards", async () => {
  const input = JSON.stringify({ path: join(demo.files, "own.txt"), content: "1" });
  const call = startShell("call", "files", "write_file", input, "--json", "--profile", demo.told.profiles.engineer);
  await call.says(/Waiting for approval by approvers: request apr_[\w-]+, denied at/);
  let id: string | undefined;
  while (id === undefined) {
    id = (await own())[0]?.id;
    await wait(50);
  }
  const listed = await demo.as("engineer", "requests");
  expect(listed.stdout).toMatch(new RegExp(`${id} +pending +files write_file +\\w+ +approvers +0 of 1 +\\d+:\\d\\d`));
  expect((await demo.as("approver", "requests")).stdout).toContain("None of your calls is held.");

  expect(await demo.as("approver", "requests", "withdraw", id)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("(not_allowed)") as string,
  });
  const withdrawn = await demo.as("engineer", "requests", "withdraw", id);
  expect(withdrawn).toMatchObject({
    status: 0,
    stdout: `Withdrawn: ${id} is withdrawn. Nothing was run. Call again to ask again.\n`,
  });
  const ended = await call.ended();
  expect(ended.status).toBe(1);
  expect(`${ended.stdout}${ended.stderr}`).toContain("Withdrawn by who asked. Nothing was run.");

  expect(await own()).toEqual([]);
  expect(await own("--all", "--search", "WITHDRAWN")).toMatchObject([{ id, kind: "request", state: "withdrawn" }]);
  expect(await own("--all", "--search", "nothing-like-this")).toEqual([]);
  expect((await demo.as("engineer", "requests", "--search", "x")).status).toBe(2);
  expect((await demo.as("engineer", "requests", "withdraw")).status).toBe(2);
});
