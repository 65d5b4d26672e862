import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { thisMachine } from "../../src/client/setup/machine.ts";
import { programs } from "../../src/client/setup/programs.ts";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { openWorld, type World } from "../support/world.ts";
import { shell, startShell, type Running } from "./shell.ts";

let world: World;
let folder: string;
let home: string;
let owner: Running;

beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), "countersign-cli-setup-"));
  home = join(folder, "home");
  await mkdir(join(home, ".cursor"), { recursive: true });
  const profile = join(folder, "profile");
  const { issuer } = world.idp.oidc;
  owner = startShell("sign-in", "--gateway", world.url, "--issuer", issuer, "--yes", "--profile", profile);
  const [, url] = await owner.says(/Open this address to sign in: (\S+)/);
  await signInAs(url ?? "", "engineer");
  await owner.says(/The tunnel stays open/);
  // The owner was started with another home: what counts is where the command is given.
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CONFIG_HOME", undefined);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  owner.child.kill("SIGKILL");
  await owner.ended();
  await world.close();
  await rm(folder, { recursive: true });
});

const setup = (...args: readonly string[]) => shell("setup", ...args, "--profile", join(folder, "profile"));
const cursorFile = (): string => join(home, ".cursor", "mcp.json");
const before =
  '{\n  // mine\n  "mcpServers": {\n    "old": { "command": "npx", "args": ["-y", "x"] }, // keep\n  },\n}\n';

describe("setup at a terminal", () => {
  it("shows the change and writes nothing with --dry-run", async () => {
    await writeFile(cursorFile(), before);
    const ran = await setup("cursor", "--connection", "files", "--dry-run");
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toContain('+        "Authorization": "Bearer cst_…"');
    expect(await readFile(cursorFile(), "utf8")).toBe(before);
  });

  it("writes an entry by which a real client gets in", async () => {
    expect(await setup("cursor", "--connection", "files")).toMatchObject({ status: 0, stderr: "" });
    const text = await readFile(cursorFile(), "utf8");
    expect(text).toContain("// mine");
    const entry = z
      .object({
        mcpServers: z.object({ files: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }) }),
      })
      .parse(JSON.parse(text.replaceAll(/ \/\/ .*$/gm, "").replaceAll(/,(\s*\})/g, "$1"))).mcpServers.files;
    const client = new Client({ name: "cursor-vscode", version: "1" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(entry.url), { requestInit: { headers: entry.headers } }),
    );
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await client.close();
  });

  it("lists what is set up, when it was last seen, and what goes around the gateway", async () => {
    const views = z
      .array(
        z.looseObject({ id: z.string(), state: z.string(), client: z.object({ lastUsedAtMs: z.number() }).nullable() }),
      )
      .parse(JSON.parse((await setup("list", "--json")).stdout));
    expect(views.find(({ id }) => id === "cursor")).toMatchObject({
      state: "on",
      entries: [{ name: "files", state: "right" }],
      around: [{ name: "old", at: "npx" }],
    });
    expect((await setup("list")).stdout).toContain("Not through the gateway: Cursor reaches old (npx)");
  });

  it("says that a second run has nothing to change, and undoes it to the byte", async () => {
    expect((await setup("cursor", "--connection", "files")).stdout).toContain("nothing to change");
    expect(await setup("cursor", "--undo")).toMatchObject({ status: 0 });
    expect(await readFile(cursorFile(), "utf8")).toBe(before);
    const views = JSON.parse((await setup("list", "--json")).stdout) as object[];
    expect(views.find((view) => "id" in view && view.id === "cursor")).toMatchObject({ state: "off", client: null });
  });

  it("writes a command by which a client that only speaks stdio gets in, without a secret", async () => {
    expect(await setup("claude-desktop", "--connection", "files")).toMatchObject({ status: 0, stderr: "" });
    const { file } = programs["claude-desktop"].places(thisMachine({ HOME: home, USERPROFILE: home }))[0] ?? {
      file: "",
    };
    const { command, args } = z
      .object({ mcpServers: z.object({ files: z.object({ command: z.string(), args: z.array(z.string()) }) }) })
      .parse(JSON.parse(await readFile(file, "utf8"))).mcpServers.files;
    const client = new Client({ name: "claude-ai", version: "1" });
    await client.connect(new StdioClientTransport({ command, args }));
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await client.close();
    expect((await setup("claude-desktop", "--undo")).status).toBe(0);
  });

  it("ends with status 1 and the place where a file is broken, and leaves it", async () => {
    await writeFile(cursorFile(), '{\n  "a" 1\n}\n');
    const ran = await setup("cursor", "--connection", "files");
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining("mcp.json:2:7") });
    expect(await readFile(cursorFile(), "utf8")).toBe('{\n  "a" 1\n}\n');
  });

  it("writes where nobody confirms only what was named", async () => {
    await writeFile(cursorFile(), before);
    expect(await setup("--connection", "files")).toMatchObject({ status: 2 });
    expect(await readFile(cursorFile(), "utf8")).toBe(before);
    expect(await setup("emacs")).toMatchObject({ status: 2, stderr: expect.stringContaining('"emacs"') });
    expect(await setup("cursor", "--connection", "nowhere")).toMatchObject({ status: 1 });
  });

  it("undoes without the process that owned the profile", async () => {
    await setup("cursor", "--connection", "files");
    expect(await readFile(cursorFile(), "utf8")).not.toBe(before);
    owner.child.kill("SIGTERM");
    await owner.ended();
    expect(await setup("cursor", "--connection", "files")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("(not_running)"),
    });
    expect(await setup("cursor", "--undo")).toMatchObject({ status: 0 });
    expect(await readFile(cursorFile(), "utf8")).toBe(before);
  });
});
