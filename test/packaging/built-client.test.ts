import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { discover, writeProfile } from "../../src/client/profile.ts";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { startProgram, type Running } from "../cli/shell.ts";
import { openWorld, type World } from "../support/world.ts";

const program = fileURLToPath(new URL("../../dist/cli/index.js", import.meta.url));
let world: World;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-built-"));
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

// What is loaded only when it is needed is in files of its own: each provider's library, the MCP client, the commands.
it.each(["oidc", "entra", "okta"] as const)(
  "the built client signs in (%s) and carries a call",
  async (kind) => {
    // A profile is pinned to its provider for good.
    const profile = join(folder, kind);
    const run = (...args: readonly string[]): Running => startProgram(program, ...args, "--profile", profile);
    const { profiles } = await discover(world.url);
    const proposal = profiles.find(({ provider }) => provider.kind === kind);
    if (proposal === undefined) throw new Error(`the gateway offers no ${kind}`);
    await writeProfile(profile, proposal);
    const ca = join(world.data, "../ca.pem");
    const owner = run("connect", "--port", "0", "--ca", ca);
    try {
      const [, url = ""] = await owner.says(/to sign in: (\S+)\n/);
      await signInAs(url, "engineer", { ca: world.idp.ca });
      await owner.says(/stays open until Ctrl-C/);
      const call = await run("call", "everything", "echo", '{"message":"hello"}').ended();
      expect(call.stderr).toBe("");
      expect(call.stdout).toContain("hello");
      expect(owner.child.exitCode).toBeNull();
    } finally {
      owner.child.kill("SIGTERM");
      await owner.ended();
    }
  },
  60_000,
);
