import { afterAll, beforeAll, expect, it } from "vitest";
import { openGround, type Ground } from "../gateway/mcp/ground.ts";
import { shell } from "../cli/shell.ts";
import { installClient, type InstalledClient } from "../support/installed-client.ts";
import { until } from "./workbench.ts";

let ground: Ground & { close(): Promise<void> };
let first: InstalledClient;

beforeAll(async () => {
  ground = await openGround((_request, response) => void response.writeHead(500).end());
  first = await installClient(ground);
});
afterAll(async () => {
  await first.close();
  await ground.close();
});

const listed = (isNew: boolean, length: number) =>
  until(first.client, ({ devices }) => devices.length === length && devices.some((each) => each.isNew) === isNew);

it("tells a person's other device at once of one that was enrolled, until they know it, and not again in the next run", async () => {
  const { devices } = await listed(false, 1);
  expect(devices).toMatchObject([{ name: "erin's", isThis: true, isNew: false }]);
  const second = await installClient(ground);
  const told = await listed(true, 2);
  expect(told.devices.map(({ isThis, isNew }) => [isThis, isNew])).toEqual([
    [true, false],
    [false, true],
  ]);
  // The new one itself shows both as they are: nothing is news where nothing was known.
  const own = await until(second.client, (state) => state.devices.length === 2);
  expect(own.devices.map(({ isNew }) => isNew)).toEqual([false, false]);
  const id = told.devices.find((each) => each.isNew)?.id ?? "";
  expect(await first.client.call("devices.acknowledge", { id }, "window")).toMatchObject({ ok: true });
  await listed(false, 2);
  await second.close();
});

it("removes one from the console, or the terminal, and what it had ends", async () => {
  const second = await installClient(ground);
  const { devices } = await listed(true, 3);
  const [old, added] = devices.filter(({ isThis }) => !isThis);
  if (old === undefined || added === undefined) throw new Error("two others are enrolled");
  expect(await first.client.call("devices.remove", { id: added.id }, "window")).toMatchObject({ ok: true });
  const { session } = await until(second.client, (state) => state.session.state === "needs-sign-in");
  expect(session).toMatchObject({ error: { code: "unknown_device" } });
  await listed(false, 2);
  const profile = ["--profile", first.directory] as const;
  const rows = JSON.parse((await shell("devices", "list", "--json", ...profile)).stdout) as { id: string }[];
  expect(rows.map(({ id }) => id)).toContain(old.id);
  expect((await shell("devices", "remove", old.id, ...profile)).stdout).toContain("has ended");
  await listed(false, 1);
  await second.close();
});

it("lets an approver's second device decide by one press on the first, or by a command, and says so on the second", async () => {
  await ground.reload((config) => (config["devices"] = { secondWaits: true }));
  const person = { person: "ava", groups: ["approvers"] };
  const old = await installClient(ground, person);
  const second = await installClient(ground, person);
  const here = (waits: string | undefined) =>
    until(second.client, ({ devices }) => devices.some((each) => each.isThis && each.waits === waits));
  await here("device");
  const status = async () => (await shell("status", "--profile", second.directory)).stdout;
  expect(await status()).toMatch(
    /decides nothing until it is confirmed on an earlier device of yours, or by an administrator: .*confirm dev_/,
  );
  const told = await until(old.client, ({ devices }) => devices.some((each) => each.isNew && each.waits === "device"));
  const id = told.devices.find((each) => each.isNew)?.id ?? "";
  expect(await second.client.call("devices.confirm", { id }, "window")).toMatchObject({
    error: { code: "device_waits" },
  });
  expect(await old.client.call("devices.confirm", { id }, "window")).toMatchObject({ ok: true });
  await here(undefined);
  await until(old.client, ({ devices }) => devices.length === 2 && !devices.some((each) => each.isNew));
  expect(await status()).not.toContain("decides nothing");
  const third = await installClient(ground, person);
  const { devices } = await until(old.client, (state) => state.devices.length === 3);
  const listed = await shell("devices", "list", "--profile", old.directory);
  expect(listed.stdout).toContain("new, waits");
  const added = devices.find((each) => each.waits !== undefined)?.id ?? "";
  expect((await shell("devices", "confirm", added, "--profile", old.directory)).stdout).toContain(
    "decides from now on",
  );
  await until(third.client, (state) => state.devices.every((each) => each.waits === undefined));
  await ground.reload((config) => (config["devices"] = { secondWaits: false }));
  await Promise.all([old, second, third].map((each) => each.close()));
});

it("refuses who is no administrator, in the terminal too, and lets one revoke and restore", async () => {
  const asErin = ["--profile", first.directory] as const;
  expect(await shell("admin", "revoke", "principal", "staff:sam", ...asErin)).toMatchObject({ status: 1 });
  const admin = await installClient(ground, { person: "ada", groups: ["admins"] });
  const asAda = ["--profile", admin.directory] as const;
  const other = await shell("devices", "list", "--principal", "staff:erin", "--json", ...asAda);
  expect(JSON.parse(other.stdout)).toMatchObject([
    { principal: "staff:erin", sessions: [expect.stringMatching(/^gs_/)] },
  ]);
  expect((await shell("admin", "revoke", "principal", "staff:erin", ...asAda)).stdout).toContain("Revoked");
  await until(first.client, (state) => state.session.state === "needs-sign-in");
  expect((await shell("admin", "restore", "principal", "staff:erin", ...asAda)).status).toBe(0);
  expect(await shell("admin", "revoke", "planet", "x", ...asAda)).toMatchObject({ status: 2 });
  expect(await shell("admin", "restore", "device", "x", ...asAda)).toMatchObject({ status: 2 });
  expect(
    ground
      .ledger()
      .filter(({ kind }) => kind.startsWith("principal.re"))
      .map(({ kind }) => kind),
  ).toEqual(["principal.revoked", "principal.restored"]);
  await admin.close();
});
