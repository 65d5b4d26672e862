import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { programs } from "../../src/client/setup/programs.ts";
import { thisMachine } from "../../src/client/setup/machine.ts";
import type { SetupProgram } from "../../src/shared/setup.ts";
import { inspectorProgram, remoteProgram } from "./mcp-clients.ts";
import { startDemo, type RunningDemo } from "./running-demo.ts";

/** Real programs that read the very file that `countersign setup` wrote, in a home where nothing else is. */
let demo: RunningDemo;
let home: string;

beforeAll(async () => {
  demo = await startDemo();
  home = await mkdtemp(join(tmpdir(), "countersign-home-"));
  for (const name of ["HOME", "USERPROFILE"]) vi.stubEnv(name, home);
  for (const name of ["XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "MCP_REMOTE_CONFIG_DIR"]) vi.stubEnv(name, undefined);
  const ran = await demo.as("engineer", "setup", "claude-code", "claude-desktop", "cursor", "vscode");
  expect(ran).toMatchObject({ status: 0, stderr: "" });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await demo.clear();
  await rm(home, { recursive: true });
});

const fileOf = (id: SetupProgram): string =>
  programs[id].places(thisMachine({ HOME: home, USERPROFILE: home }))[0]?.file ?? "";
const called = { name: "list_allowed_directories", arguments: {} };
const view = z.looseObject({ id: z.string(), seen: z.string().nullable(), client: z.unknown() });

/** How `setup list` has this client. */
async function listed(id: SetupProgram): Promise<z.infer<typeof view> | undefined> {
  const { stdout } = await demo.as("engineer", "setup", "list", "--json");
  return z
    .array(view)
    .parse(JSON.parse(stdout))
    .find((each) => each.id === id);
}

describe("the Inspector, with the file that was written", () => {
  it.each<[string, SetupProgram]>([
    ["Claude Code's, over HTTP", "claude-code"],
    ["Claude Desktop's, over the bridge", "claude-desktop"],
  ])("%s: lists the tools of each server, and is seen live", async (_, id) => {
    const inspector = await inspectorProgram();
    const tools = {
      everything: "echo",
      files: "list_allowed_directories",
      memory: "read_graph",
      customers: "get_customer",
    };
    for (const [server, tool] of Object.entries(tools)) {
      const args = [inspector, "--cli", "--config", fileOf(id), "--server", server, "--method", "tools/list"];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: home });
      const answer = z.object({ tools: z.array(z.object({ name: z.string() })) }).parse(JSON.parse(stdout));
      expect(answer.tools.map(({ name }) => name)).toContain(tool);
    }
    expect(await listed(id)).toMatchObject({
      seen: "live",
      client: { claimed: { name: expect.stringMatching(/inspector/i) } },
    });
  });
});

describe("mcp-remote, between a client that only speaks stdio and the tunnel", () => {
  const entry = z.object({ url: z.string(), headers: z.object({ Authorization: z.string() }) });
  const servers = z.object({ mcpServers: z.object({ files: entry }) });

  /** Its command line, with the entry that was written for Cursor; the token goes by its environment. */
  async function bridged(): Promise<ConstructorParameters<typeof StdioClientTransport>[0]> {
    const { url, headers } = servers.parse(JSON.parse(await readFile(fileOf("cursor"), "utf8"))).mcpServers.files;
    const remote = await remoteProgram();
    return {
      command: process.execPath,
      args: [remote, url, "--header", "Authorization:${AUTHORIZATION}"],
      env: { AUTHORIZATION: headers.Authorization, HOME: home, PATH: process.env.PATH ?? "" },
      stderr: "ignore",
    };
  }

  it("serves SDK v1 and v2, says for whom it comes, and has no reason to sign in", async () => {
    const one = new ClientV1({ name: "sdk-v1", version: "1" });
    await one.connect(new TransportV1(await bridged()));
    const two = new Client({ name: "sdk-v2", version: "1" });
    await two.connect(new StdioClientTransport(await bridged()));
    for (const client of [one, two]) {
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain(called.name);
      expect(JSON.stringify((await client.callTool(called)).content)).toContain("servers/files");
      await client.close();
    }
    // “sdk-v2 (via mcp-remote …)”, or the name of its own trial connection where that spoke last.
    expect(await listed("cursor")).toMatchObject({
      seen: "live",
      client: { claimed: { name: expect.stringContaining("mcp-remote") } },
    });
  });
});

describe("a client that never came", () => {
  it("waits to be seen, and what was written for all of them is undone", async () => {
    expect(await listed("vscode")).toMatchObject({ seen: "waiting", client: { claimed: null } });
    expect(
      (await demo.as("engineer", "setup", "claude-code", "claude-desktop", "cursor", "vscode", "--undo")).status,
    ).toBe(0);
    for (const id of ["claude-code", "claude-desktop", "cursor", "vscode"] as const)
      await expect(stat(fileOf(id))).rejects.toThrow("ENOENT");
  });
});
