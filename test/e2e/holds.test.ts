import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectControl } from "../../src/client/control.ts";
import { startShell, type Running } from "../cli/shell.ts";
import { launchBrowser } from "../support/browser.ts";
import { openV1 } from "./mcp-clients.ts";
import { descendants, startDemo, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.clear());

/** An engineer's `call files write_file`, which is held. */
function write(name: string, content: string): Running {
  const input = JSON.stringify({ path: join(demo.files, name), content });
  return startShell("call", "files", "write_file", input, "--json", "--profile", demo.told.profiles.engineer);
}

describe("a held call", () => {
  it("is shown masked, approved in the terminal, and its caller has the result", async () => {
    const waiting = write("approved.txt", "card 4012 8888 8888 1881\n");
    const approval = await demo.pending("approved.txt");
    expect(approval).toMatchObject({ connection: "files", tool: "write_file", relation: "approver" });
    expect(JSON.stringify(approval)).not.toContain("4012 8888");
    expect(approval.payload.hidden).toHaveLength(1);
    const shown = await demo.as("approver", "approvals", "show", approval.id);
    expect(shown.stdout).toContain("1 value is hidden");
    await expect(access(join(demo.files, "approved.txt"))).rejects.toThrow();

    const own = await demo.as("engineer", "approvals", "approve", approval.id);
    expect(own).toMatchObject({ status: 1, stderr: expect.stringContaining("(self_approval)") });
    const other = await decideWithDigest(approval.id, "A".repeat(43));
    expect(other).toMatchObject({ ok: false, error: { code: "digest_mismatch" } });

    const approved = await demo.as("approver", "approvals", "approve", approval.id, "--json");
    expect(JSON.parse(approved.stdout)).toMatchObject({ id: approval.id, decision: { verdict: "approve" } });
    const ran = await waiting.ended();
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain("Waiting for approval");
    expect(await readFile(join(demo.files, "approved.txt"), "utf8")).toBe("card 4012 8888 8888 1881\n");
    const again = await demo.as("approver", "approvals", "deny", approval.id);
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining("(already_decided)") });
  });

  it("that is denied reaches the caller as an error with the reason", async () => {
    const waiting = write("denied.txt", "no");
    const { id } = await demo.pending("denied.txt");
    expect((await demo.as("approver", "approvals", "deny", id, "--reason", "Not on a Friday.")).status).toBe(0);
    const ran = await waiting.ended();
    expect(ran).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("Not on a Friday.") });
    await expect(access(join(demo.files, "denied.txt"))).rejects.toThrow();
  });

  it("is withdrawn by its requester in the terminal, and by nobody else", async () => {
    const waiting = write("withdrawn.txt", "no");
    const { id } = await demo.pending("withdrawn.txt");
    const other = await demo.as("approver", "requests", "withdraw", id);
    expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining("(not_allowed)") });
    const own = await demo.as("engineer", "requests", "withdraw", id);
    expect(own).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`Withdrawn: ${id} is withdrawn. Nothing was run.`),
    });
    expect((await waiting.ended()).status).toBe(1);
    await expect(access(join(demo.files, "withdrawn.txt"))).rejects.toThrow();
  });

  it("of high risk can't be approved in the terminal, only denied", async () => {
    const input = JSON.stringify({ id: "cus_20418", changes: { notes: "Called again." } });
    const waiting = startShell("call", "customers", "update_customer", input, "--profile", demo.told.profiles.engineer);
    const { id } = await demo.pending("cus_20418");
    const refused = await demo.as("approver", "approvals", "approve", id, "--reason", "Ticket 12.");
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("(presence_too_weak)") });
    expect((await demo.pending("cus_20418")).id).toBe(id);
    expect((await demo.as("approver", "approvals", "deny", id)).status).toBe(0);
    expect((await waiting.ended()).status).toBe(1);
  });

  it("is released by a click on Approve in a browser, and an SDK client has the result", async () => {
    const { stdout: link } = await demo.as("approver", "console");
    const [browser, client] = await Promise.all([launchBrowser(), openV1(demo.url("files"), demo.token)]);
    try {
      const path = join(demo.files, "clicked.txt");
      const waiting = client.call("write_file", { path, content: "by a click\n" });
      const page = await browser.newPage();
      await page.goto(link.trim());
      await page.getByText("write_file").first().waitFor();
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      expect((await waiting).content[0]?.text).toContain("Successfully wrote");
      expect(await readFile(path, "utf8")).toBe("by a click\n");
    } finally {
      await Promise.all([browser.close(), client.close()]);
    }
  });

  it("outlives a killed gateway: approved then, the repeated call runs once, and a third is held anew", async () => {
    const [input, lost] = ["survives.txt", "over a crash\n"];
    const first = write(input, lost);
    const { id } = await demo.pending(input);
    const gateway = (await descendants(demo.child.pid ?? 0)).find(({ command }) =>
      command.includes("gateway --config"),
    );
    process.kill(gateway?.pid ?? 0, "SIGKILL");
    expect((await first.ended()).status).toBe(1);

    expect(await onceOnline(() => demo.as("approver", "approvals", "approve", id))).toBe(0);
    await expect(access(join(demo.files, input))).rejects.toThrow();
    expect((await write(input, lost).ended()).status).toBe(0);
    expect(await readFile(join(demo.files, input), "utf8")).toBe(lost);

    const third = write(input, lost);
    const anew = await demo.pending(input);
    expect(anew.id).not.toBe(id);
    expect((await demo.as("approver", "approvals", "deny", anew.id)).status).toBe(0);
    expect((await third.ended()).status).toBe(1);
  });
});

describe("a blocked tool", () => {
  it("is refused with the rule's name, and not listed", async () => {
    const ran = await demo.as("engineer", "call", "customers", "delete_customer", '{"id":"cus_20418"}');
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("no-deleting") });
    const client = await openV1(demo.url("customers"), demo.token);
    expect(await client.list()).toEqual(["list_customers", "get_customer", "update_customer"]);
    await client.close();
  });
});

/** A decision as the approver's console would ask for it, with a digest of something else than what is shown. */
async function decideWithDigest(id: string, digest: string): Promise<unknown> {
  const owner = await connectControl(demo.told.profiles.approver);
  try {
    return await owner?.call("approvals.decide", { id, step: 1, verdict: "approve", reason: "", digest });
  } finally {
    owner?.close();
  }
}

/** Repeats a command while the gateway that was killed is not back yet. */
async function onceOnline(run: () => Promise<{ readonly status: number | null; readonly stderr: string }>) {
  for (;;) {
    const { status, stderr } = await run();
    if (!stderr.includes("(gateway_unreachable)")) return status;
    await wait(200);
  }
}
