import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { startIdentityProvider, type IdentityProvider } from "../../src/demo/idp/index.ts";
import { loadKeys } from "../../src/gateway/keys.ts";
import { discovery } from "../../src/shared/provider.ts";
import { shell, startShell, type Running } from "./shell.ts";
import { freePort } from "../../src/demo/free-port.ts";

let folder: string;
let provider: IdentityProvider;
const started: Running[] = [];

beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-cli-gateway-"));
});
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.child.kill("SIGKILL");
    await running.ended();
  }
  await rm(folder, { recursive: true });
});

const rule = { name: "reads", tools: ["read_*"], effect: "allow" };

async function writeConfig(port: number, changes: Record<string, unknown> = {}): Promise<string> {
  const { issuer, audience, clientId, signIn } = provider.oidc;
  const config = {
    version: 1,
    listen: { port },
    publicUrl: `http://127.0.0.1:${port}`,
    data: "data",
    keys: "keys",
    issuers: [{ name: "demo", kind: "oidc", issuer, audience, clients: [clientId], signIn }],
    roles: {},
    connections: [{ name: "nothing", http: { url: "http://127.0.0.1:9/mcp" } }],
    rules: [rule],
    ...changes,
  };
  const file = join(folder, "gateway.yaml");
  await writeFile(file, stringify(config));
  return file;
}

function start(...args: readonly string[]): Running {
  const running = startShell(...args);
  started.push(running);
  return running;
}

describe("countersign gateway", () => {
  it("ends with status 2 and names line, column and setting of a wrong configuration", async () => {
    const file = await writeConfig(0, { limits: { bodyBites: 5 } });
    const ran = await shell("gateway", "--config", file);
    expect(ran).toMatchObject({ status: 2, stdout: "" });
    expect(ran.stderr).toMatch(/gateway\.yaml:\d+:\d+ limits\.bodyBites: .+/);
  });

  it("says by which process its port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const ran = await shell("gateway", "--config", await writeConfig(port));
    taken.close();
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toContain(`Port ${port} is taken by `);
    expect(ran.stderr).toContain(`(process ${process.pid})`);
  });

  it("goes on under the old configuration where a bad edit can't even be recorded", async () => {
    const port = await freePort();
    const gateway = start("gateway", "--config", await writeConfig(port), "--json");
    const [line] = await gateway.says(/\{"url".*\}/);
    const { url } = JSON.parse(line) as { url: string };
    const other = new DatabaseSync(join(folder, "data", "gateway.sqlite"), { timeout: 30_000 });
    other.exec("BEGIN IMMEDIATE");
    await writeConfig(port, { rules: [{ ...rule, effect: "perhaps" }] });
    await gateway.says(/"config\.rejected\.unrecorded"/);
    other.exec("ROLLBACK");
    other.close();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await writeConfig(port, { rules: [{ ...rule, tools: ["list_*"] }] });
    await gateway.says(/"config\.loaded"/);
  });

  it("keeps the old configuration over a bad edit, takes a good one, and leaves a whole ledger", async () => {
    const port = await freePort();
    const gateway = start("gateway", "--config", await writeConfig(port), "--json");
    const [line] = await gateway.says(/\{"url".*\}/);
    const { url } = JSON.parse(line) as { url: string };
    const { ledgerKey } = discovery.parse(await (await fetch(`${url}/.well-known/countersign`)).json());

    await writeConfig(port, { rules: [{ ...rule, effect: "perhaps" }] });
    await gateway.says(/"config\.rejected","why":".*gateway\.yaml:\d+:\d+/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await writeConfig(port, { rules: [{ ...rule, tools: ["list_*"] }] });
    await gateway.says(/"config\.loaded"/);

    await writeConfig(port, { publicUrl: "http://127.0.0.1:1" });
    await gateway.says(/publicUrl: This setting changes only when the gateway is started again/);

    gateway.child.kill("SIGTERM");
    expect((await gateway.ended()).status).toBe(0);
    const data = join(folder, "data");
    const verified = await shell("audit", "verify", "--data", data, "--key", ledgerKey, "--profile", folder, "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
    const elsewhere = ledgerKey.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    const wrong = await shell("audit", "verify", "--data", data, "--key", elsewhere, "--profile", folder);
    expect(wrong.status).toBe(1);
  });

  it("takes no key from the folder that it checks", async () => {
    const key = join(folder, "key.txt");
    await writeFile(key, await readFile(await writeConfig(0)));
    const ran = await shell("audit", "verify", "--data", folder, "--key", key, "--profile", folder);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("take it from elsewhere");
  });
});

describe("countersign gateway rotate-key", () => {
  it("makes the key that the next start hands over to, once, and not before there is one to hand over from", async () => {
    const port = await freePort();
    const file = await writeConfig(port);
    expect(await shell("gateway", "rotate-key", "--config", file)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no keys"),
    });
    await loadKeys(join(folder, "keys"));
    const made = await shell("gateway", "rotate-key", "--config", file, "--json");
    expect(JSON.parse(made.stdout)).toMatchObject({ next: expect.stringMatching(`^127\\.0\\.0\\.1:${port}\\+`) });
    expect(await shell("gateway", "rotate-key", "--config", file)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("waits already"),
    });
  });
});

describe("countersign policy check", () => {
  it("prints the rules in order, with what is odd about them", async () => {
    const file = await writeConfig(1, { rules: [rule, { ...rule, name: "later", tools: ["read_file"] }] });
    const ran = await shell("policy", "check", file, "--json");
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject([
      { id: "reads", position: 1, warnings: [] },
      { id: "later", position: 2, warnings: ['can never match: rule "reads" above it covers it'] },
    ]);
    const text = await shell("policy", "check", file);
    expect(text.stdout).toContain('warning: rule "later" can never match');
  });

  it("ends with status 2 where the file is wrong or missing", async () => {
    const wrong = await shell("policy", "check", await writeConfig(1, { rules: "none" }));
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringMatching(/gateway\.yaml:\d+:\d+ rules/) });
    expect((await shell("policy", "check", join(folder, "absent.yaml"))).status).toBe(2);
  });
});
