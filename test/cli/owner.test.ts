import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { openWorld, type World } from "../support/world.ts";
import { shell, startShell, type Running } from "./shell.ts";

let world: World;
let folder: string;
let engineer: string;
let owner: Running;

beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), "countersign-cli-owner-"));
  engineer = join(folder, "engineer");
});

afterAll(async () => {
  owner.child.kill("SIGKILL");
  await owner.ended();
  await world.close();
  await rm(folder, { recursive: true });
});

const issuer = (): string => world.idp.oidc.issuer;
const asEngineer = (...args: readonly string[]) => shell(...args, "--profile", engineer);

describe("signing in at a terminal", () => {
  it("pins no gateway that nobody confirmed", async () => {
    const ran = await asEngineer("sign-in", "--gateway", world.url, "--issuer", issuer());
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(`Gateway     ${world.url}`);
    await expect(access(join(engineer, "profile.json"))).rejects.toThrow();
  });

  it("asks which way to sign in where the gateway offers several", async () => {
    const ran = await asEngineer("sign-in", "--gateway", world.url, "--yes");
    expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining(issuer()) });
  });

  it("prints the address to open, owns the profile and prints where the tunnel is", async () => {
    owner = startShell("sign-in", "--gateway", world.url, "--issuer", issuer(), "--yes", "--profile", engineer);
    const [, url] = await owner.says(/Open this address to sign in: (\S+)/);
    // Nothing is wrong with the gateway meanwhile.
    expect((await asEngineer("status")).stdout).toContain(`${world.url} (connected once somebody signs in)`);
    await signInAs(url ?? "", "engineer");
    await owner.says(/The tunnel stays open/);
    expect(owner.stdout()).toMatch(/files +http:\/\/127\.0\.0\.1:\d+\/mcp\/files/);
  });

  it("lets one process own the profile", async () => {
    expect(await asEngineer("connect")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("(profile_in_use)"),
    });
  });

  it("adds a client, shows its token once, and removes it by name", async () => {
    const added = JSON.parse((await asEngineer("clients", "add", "cursor", "--json")).stdout) as { token: string };
    expect(added.token).toMatch(/^cst_/);
    const listed = await asEngineer("clients", "list", "--json");
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: "cursor", id: expect.any(String) }]);
    expect(listed.stdout).not.toContain(added.token);
    expect((await asEngineer("clients", "remove", "cursor")).status).toBe(0);
    expect((await asEngineer("clients", "remove", "cursor")).status).toBe(1);
  });

  it("calls a tool, and leaves no client behind", async () => {
    const ran = await asEngineer("call", "customers", "get_customer", '{"id":"cus_20418"}', "--json");
    expect(JSON.parse(ran.stdout)).toMatchObject({ structuredContent: { id: "cus_20418", name: "Bruno Castell" } });
    expect(ran.stdout).not.toContain("219-47-3385");
    expect(JSON.parse((await asEngineer("clients", "list", "--json")).stdout)).toEqual([]);
  });

  it("ends with status 1 where the tool fails or the connection isn't there", async () => {
    const unknown = await asEngineer("call", "customers", "get_customer", '{"id":"cus_0"}');
    expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining("No customer has the id") });
    expect((await asEngineer("call", "nowhere", "x")).stderr).toContain("(not_found)");
  });

  it("signs out, and ends in order at SIGINT", async () => {
    expect((await asEngineer("sign-out")).status).toBe(0);
    expect((await asEngineer("connections")).stderr).toContain("(signed_out)");
    owner.child.kill("SIGINT");
    expect((await owner.ended()).status).toBe(0);
  });
});
