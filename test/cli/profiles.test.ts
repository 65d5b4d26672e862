import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";
import { shell } from "./shell.ts";

// One person's day, in order: each goes on where the one before it ended.

let home: string;
let gateway: GatewayStandIn;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-profiles-"));
  vi.stubEnv("XDG_CONFIG_HOME", home);
  vi.stubEnv("HOME", home);
  gateway = await startGateway();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await gateway.close();
  await rm(home, { recursive: true });
});

const profiles = (...args: readonly string[]) => shell("profiles", ...args);
const listed = async () => JSON.parse((await profiles("list", "--json")).stdout) as { id: string; active: boolean }[];

it("says what to do where there is none, and adds one only once it was confirmed", async () => {
  expect((await profiles("list")).stdout).toContain("profiles add URL");
  const asked = await profiles("add", gateway.origin);
  expect(asked).toMatchObject({ status: 2, stderr: expect.stringContaining("add --yes") });
  expect(asked.stderr).toContain(`Audience    ${gateway.profile.audience}`);
  expect(await listed()).toEqual([]);
  expect(await profiles("add", gateway.origin, "--yes", "--name", "Work")).toMatchObject({ status: 0 });
  expect(await listed()).toMatchObject([{ name: "Work", gateway: gateway.origin, active: true, running: false }]);
}, 60_000);

it("is what commands without --profile mean, and --profile takes its name", async () => {
  expect((await shell("status")).stdout).toContain(gateway.origin);
  expect((await shell("status", "--profile", "Work")).stdout).toContain(gateway.origin);
}, 60_000);

it("takes no other provider under a confirmed gateway, and no gateway that asks for its audience", async () => {
  const provider = { kind: "oidc", issuer: "http://127.0.0.1:1", clientId: "other", scope: "openid" } as const;
  gateway.named = { provider };
  const changed = await shell("sign-in", "--gateway", gateway.origin, "--yes");
  expect(changed).toMatchObject({ status: 1, stderr: expect.stringContaining("client other instead of desktop") });
  const second = await startGateway();
  second.named = { audience: gateway.profile.audience };
  const rogue = await profiles("add", second.origin, "--yes");
  expect(rogue).toMatchObject({ status: 1, stderr: expect.stringContaining("audience_taken") });
  await second.close();
  gateway.named = {};
}, 60_000);

it("is used, renamed and removed, with all that it kept", async () => {
  const second = await startGateway();
  second.named = { audience: "another" };
  await profiles("add", second.origin, "--yes");
  await profiles("use", "Work");
  await profiles("rename", "Work", "At work");
  expect(await listed()).toMatchObject([{ active: false }, { name: "At work", active: true }]);
  expect(await profiles("remove", "At work")).toMatchObject({ status: 2, stderr: expect.stringContaining("Folder") });
  expect(await profiles("remove", "At work", "--yes")).toMatchObject({ status: 0 });
  expect(await listed()).toMatchObject([{ gateway: second.origin, active: true }]);
  await second.close();
}, 90_000);
