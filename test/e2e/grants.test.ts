import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { grantView, type GrantView } from "../../src/shared/grant.ts";
import { startShell, type Running } from "../cli/shell.ts";
import { startDemo, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.clear());

async function grants(person: "engineer" | "approver", ...options: string[]): Promise<GrantView[]> {
  const { stdout } = await demo.as(person, "grants", "list", "--json", ...options);
  return z.array(grantView).parse(JSON.parse(stdout));
}

function write(name: string, content: string): Running {
  const input = JSON.stringify({ path: join(demo.files, name), content });
  return startShell("call", "files", "write_file", input, "--json", "--profile", demo.told.profiles.engineer);
}

it("a grant made in the terminal lets later calls run, is listed for both, and ends when its holder revokes it", async () => {
  const first = write("one.txt", "1");
  const { id } = await demo.pending("one.txt");
  for (const [args, code] of [
    [["--uses", "2"], "--for"],
    [["--for", "soon"], "--for wants"],
    [["--for", "1h", "--prefix", "path"], "--prefix wants"],
    [["--for", "1h", "--any", "path", "--any", "path"], "twice"],
  ] as const)
    expect(await demo.as("approver", "approvals", "approve", id, ...args)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(code) as string,
    });
  const unknown = await demo.as("approver", "approvals", "approve", id, "--for", "1h", "--any", "mode");
  expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining("(grant_refused)") as string });
  const longer = await demo.as("approver", "approvals", "approve", id, "--for", "9h");
  expect(longer).toMatchObject({ status: 1, stderr: expect.stringContaining("(grant_refused)") as string });

  const options = ["--for", "1h", "--uses", "5", "--prefix", `path=${demo.files}/`, "--any", "content"];
  const approved = await demo.as("approver", "approvals", "approve", id, ...options);
  expect(approved.status).toBe(0);
  expect(approved.stdout).toContain("at most 5 later calls within 1h");
  expect(approved.stdout).toContain(`"path" begins with ${JSON.stringify(`${demo.files}/`)}`);
  expect((await first.ended()).status).toBe(0);

  expect((await write("two.txt", "2").ended()).status).toBe(0);
  expect(await readFile(join(demo.files, "two.txt"), "utf8")).toBe("2");
  const [grant] = await grants("engineer");
  expect(grant).toMatchObject({ state: "live", relation: "holder", uses: 1, mostUses: 5 });
  expect(await grants("approver")).toMatchObject([{ id: grant?.id, relation: "approver" }]);
  expect((await demo.as("approver", "grants", "list")).stdout).toContain("1 of 5");

  const revoked = await demo.as("engineer", "grants", "revoke", grant?.id ?? "");
  expect(revoked).toMatchObject({ status: 0, stdout: expect.stringContaining("is revoked") as string });
  expect(await grants("approver")).toEqual([]);
  expect(await grants("approver", "--all")).toMatchObject([{ id: grant?.id, state: "revoked" }]);
  const third = write("three.txt", "3");
  expect((await demo.as("approver", "approvals", "deny", (await demo.pending("three.txt")).id)).status).toBe(0);
  expect((await third.ended()).status).toBe(1);
  const nobody = await demo.as("approver", "grants", "revoke", "grt_none");
  expect(nobody).toMatchObject({ status: 1, stderr: expect.stringContaining("(not_found)") as string });
});
