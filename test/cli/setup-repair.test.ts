import { once } from "node:events";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { patienceMs } from "../support/eventually.ts";
import { openWorld, type World } from "../support/world.ts";
import { shell, startShell, type Running } from "./shell.ts";

let world: World;
let folder: string;
let profile: string;
let home: string;
let owner: Running;
let taker: Server | null = null;

beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), "countersign-cli-repair-"));
  [home, profile] = [join(folder, "home"), join(folder, "profile")];
  await mkdir(home);
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CONFIG_HOME", undefined);
  const { issuer } = world.idp.oidc;
  owner = await signedIn("sign-in", "--gateway", world.url, "--issuer", issuer, "--yes");
}, 60_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  taker?.close();
  owner.child.kill("SIGKILL");
  await owner.ended();
  await world.close();
  await rm(folder, { recursive: true });
});

async function signedIn(...args: readonly string[]): Promise<Running> {
  const started = startShell(...args, "--profile", profile);
  const [, url] = await started.says(/Open this address to sign in: (\S+)/);
  await signInAs(url ?? "", "engineer");
  await started.says(/The tunnel stays open/);
  return started;
}

const run = (...args: readonly string[]) => shell(...args, "--profile", profile);

const view = z.looseObject({ id: z.string(), state: z.string(), seen: z.string().nullable() });
async function views() {
  const all = z.array(view).parse(JSON.parse((await run("setup", "list", "--json")).stdout));
  return Object.fromEntries(all.map(({ id, state, seen }) => [id, { state, seen }]));
}

const entry = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });
const cursorFile = z.object({ mcpServers: z.object({ files: entry }) });

/** Comes in as Cursor's file says. */
async function comeAsCursor(): Promise<number> {
  const { mcpServers } = cursorFile.parse(JSON.parse(await readFile(join(home, ".cursor", "mcp.json"), "utf8")));
  const { url, headers } = mcpServers.files;
  const client = new Client({ name: "cursor-vscode", version: "2.9" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  await client.close();
  return tools.length;
}

describe("a taken port", () => {
  it(
    "costs the clients their tokens, and is mended by another port and one command without names",
    async () => {
      expect(await run("setup", "cursor", "codex", "zed", "--connection", "files")).toMatchObject({ status: 0 });
      expect(await comeAsCursor()).toBeGreaterThan(0);
      expect(await views()).toMatchObject({
        cursor: { state: "on", seen: "live" },
        codex: { state: "on", seen: "restart" },
        zed: { state: "on", seen: "waiting" },
        gemini: { state: "off", seen: null },
      });
      const told = z.object({ tunnel: z.object({ port: z.number() }) });
      const { port } = told.parse(JSON.parse((await run("status", "--json")).stdout)).tunnel;
      const zed = await readFile(join(home, ".config", "zed", "settings.json"), "utf8");
      owner.child.kill("SIGTERM");
      await owner.ended();

      // It sends everybody away: for a silent one a client would wait a minute.
      taker = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
      await once(taker, "listening");
      owner = startShell("connect", "--profile", profile);
      const [, url] = await owner.says(/Open this address to sign in: (\S+)/);
      await signInAs(url ?? "", "engineer");
      const refused = await owner.ended();
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("countersign connect --port 0") });
      expect(refused.stderr).toContain("countersign setup --repair");

      owner = await signedIn("connect", "--port", "0");
      const [, names] = await owner.says(
        /Set up for another port or token: (.*)\. Mend that by: countersign setup --repair/,
      );
      expect(names).toBe("Cursor, Zed, Codex CLI");
      expect(await views()).toMatchObject({ cursor: { state: "drifted" }, codex: { state: "drifted" } });
      await expect(comeAsCursor()).rejects.toThrow();

      const repaired = await run("setup", "--repair");
      expect(repaired).toMatchObject({ status: 0, stderr: "" });
      expect(repaired.stdout.match(/: files written$/gm)).toHaveLength(3);
      expect(await readFile(join(home, ".config", "zed", "settings.json"), "utf8")).not.toBe(zed);
      expect(await comeAsCursor()).toBeGreaterThan(0);
      expect(await views()).toMatchObject({
        cursor: { state: "on", seen: "live" },
        codex: { state: "on", seen: "restart" },
        gemini: { state: "off" },
      });
      expect(await run("setup", "--repair")).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("nothing to change"),
      });
    },
    4 * patienceMs,
  );

  it("shows in every list what each client says it is, as its own word", async () => {
    expect((await run("clients", "list")).stdout).toMatch(/^Cursor +"cursor-vscode 2\.9" /m);
    expect((await run("status")).stdout).toContain('Client   Cursor: says it is "cursor-vscode 2.9"');
    expect((await run("status")).stdout).toContain("Client   Codex CLI: not seen yet");
    expect((await run("setup", "list")).stdout).toMatch(/^Codex CLI +written, restart needed +not seen yet /m);
    expect((await run("setup", "list")).stdout).toMatch(/^Cursor +seen live +"cursor-vscode 2\.9" /m);
  });

  it("leaves what can't be read as it is, and repairs the rest", async () => {
    await writeFile(join(home, ".codex", "config.toml"), "[broken\n");
    const path = join(home, ".cursor", "mcp.json");
    await writeFile(path, (await readFile(path, "utf8")).replace("/mcp/files", "/mcp/memory"));
    const ran = await run("setup", "--repair");
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("Left as it is: Codex CLI") });
    expect(await comeAsCursor()).toBeGreaterThan(0);
  });
});
