import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startShell } from "../cli/shell.ts";
import { startDemo, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.clear());

/** Asks for two people wherever the demo asks for one, and waits until the gateway has read it. */
async function askForTwo(): Promise<void> {
  const root = dirname(demo.told.data);
  const file = join(root, "gateway.yaml");
  const text = await readFile(file, "utf8");
  const log = join(root, "gateway.log");
  const reads = async (): Promise<number> => (await readFile(log, "utf8")).split("config.loaded").length;
  const before = await reads();
  const steps = "steps: [{ approvers: [approvers], need: 2 }]";
  await writeFile(file, text.replaceAll("approvers: [approvers]", steps).replaceAll(/^ +grants: .*$/gm, ""));
  while ((await reads()) === before) await wait(50);
}

it("a call that needs two people waits for the second, as the terminal tells the first", async () => {
  await askForTwo();
  const input = JSON.stringify({ path: join(demo.files, "two.txt"), content: "2" });
  const call = startShell("call", "files", "write_file", input, "--json", "--profile", demo.told.profiles.engineer);
  await call.says(/Waiting for approval by approvers \(0 of 2 approvals\)/);
  const { id } = await demo.pending("two.txt");
  const list = await demo.as("approver", "approvals", "list");
  expect(list.stdout).toContain("0 of 2");

  const approved = await demo.as("approver", "approvals", "approve", id, "--reason", "Fine by me.");
  expect(approved).toMatchObject({ status: 0, stderr: "" });
  expect(approved.stdout).toContain(`Approved: ${id} is pending, with 1 of 2 approvals.`);
  const shown = await demo.as("approver", "approvals", "show", id);
  expect(shown.stdout).toContain('2 of "approvers", 1 more needed, approved by "Avery Approver"');
  expect(shown.stdout).toContain("You have approved it already.");
  for (const verb of ["approve", "deny"])
    expect(await demo.as("approver", "approvals", verb, id)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("(already_decided)") as string,
    });
  await expect(readFile(join(demo.files, "two.txt"))).rejects.toThrow();
  const own = await demo.as("engineer", "approvals", "show", id, "--json");
  expect(JSON.parse(own.stdout)).toMatchObject({ state: "pending", relation: "requester", standing: "none" });
  call.child.kill("SIGINT");
  await call.ended();
});
