import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { shell } from "./shell.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-cli-agent-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(change: Record<string, unknown> = {}): Promise<string> {
  const file = join(folder, "agent.yaml");
  const config = {
    version: 1,
    name: "lab",
    gateway: "http://127.0.0.1:9",
    key: "file:key.pem",
    connections: [{ name: "local", stdio: { command: "true" } }],
    ...change,
  };
  await writeFile(file, stringify(config));
  return file;
}

describe("countersign agent", () => {
  it("makes its key once, for its own user alone, and prints only the public one", async () => {
    const file = await write();
    const first = await shell("agent", "--config", file, "--enrol", "--json");
    expect(JSON.parse(first.stdout)).toEqual({ name: "lab", key: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect((await stat(join(folder, "key.pem"))).mode & 0o777).toBe(0o600);
    const made = await readFile(join(folder, "key.pem"), "utf8");
    const again = await shell("agent", "--config", file, "--enrol", "--json");
    expect(again.stdout).toBe(first.stdout);
    expect(await readFile(join(folder, "key.pem"), "utf8")).toBe(made);
  });

  it("does not run without its key, nor with one that others can read", async () => {
    const file = await write();
    const missing = await shell("agent", "--config", file);
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining("--enrol") });
    await shell("agent", "--config", file, "--enrol");
    await chmod(join(folder, "key.pem"), 0o644);
    const loose = await shell("agent", "--config", file);
    expect(loose).toMatchObject({ status: 2, stderr: expect.stringContaining("chmod 600") });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a gateway over plain HTTP elsewhere",
      { gateway: "http://gateway.example" },
      /agent\.yaml:\d+:\d+ gateway: Use https/,
    ],
    ["a gateway with a path", { gateway: "https://gateway.example/x" }, /gateway: Write an origin alone/],
    ["an inline key", { key: "MC4CAQ" }, /key: Write where the private key is/],
    ["a setting that is none", { listen: { port: 1 } }, /agent\.yaml:\d+:\d+ listen: /],
    [
      "an inline credential",
      { connections: [{ name: "w", http: { url: "https://w.example/mcp", headers: { authorization: "Bearer x" } } }] },
      /connections\[0\]\.http\.headers\.authorization: Write the name of a secret/,
    ],
    [
      "a secret that is not there",
      { connections: [{ name: "l", stdio: { command: "true", env: { KEY: "file:nowhere" } } }] },
      /nowhere can't be read/,
    ],
  ])("refuses %s", async (_, change, said) => {
    const file = await write(change);
    await shell("agent", "--config", await write(), "--enrol");
    await write(change);
    const ran = await shell("agent", "--config", file);
    expect(ran).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(said) });
  });
});
