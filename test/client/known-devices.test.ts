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
  expect(await first.client.call("devices.acknowledge", {}, "window")).toMatchObject({ ok: true });
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
