import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { KnownDevice } from "../../src/shared/console.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { held, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const device = (id: string, name: string, change: Partial<KnownDevice> = {}): KnownDevice => ({
  id,
  name,
  principal: "demo:ada",
  enrolledAtMs: Date.now() - 86_400_000,
  sessions: [],
  isThis: false,
  isNew: false,
  ...change,
});
const here = device("dev_1", "ada's laptop", { isThis: true });

it("a device that was enrolled elsewhere is a band that asks, until the person knows it or it is removed", async () => {
  const added = device("dev_2", "somebody\u202es box", { isNew: true });
  const { page, server } = await stage.open(signedIn([], { devices: [here, added] }));
  const notices = page.getByRole("region", { name: "Notices" });
  await notices.getByText(/^A device was enrolled for you: “somebody.*If that was not you, remove it\.$/).waitFor();
  server.refuse("devices.remove", { code: "gateway_unreachable", message: "" });
  await notices.getByRole("button", { name: "Remove" }).click();
  await notices.getByText("The gateway cannot be reached.").waitFor();
  await notices.getByRole("button", { name: "It was me" }).click();
  await expect
    .poll(() => server.calls.map(({ call, input }) => [call, input["id"]]))
    .toEqual([
      ["devices.remove", "dev_2"],
      ["devices.acknowledge", "dev_2"],
    ]);
});

it("the account lists the devices, of which all but this one are removed with two presses", async () => {
  const { page, server } = await stage.open(signedIn([], { devices: [here, device("dev_3", "old tower")] }));
  await page.getByRole("button", { name: /^Account of/ }).click();
  const list = page.getByRole("region", { name: "Your devices" });
  await list.getByText("This one").waitFor();
  expect(await list.getByRole("button").allInnerTexts()).toEqual(["Remove"]);
  await list.getByRole("button", { name: "Remove old tower" }).click();
  await list.getByRole("button", { name: "Keep it" }).click();
  expect(server.calls).toEqual([]);
  await list.getByRole("button", { name: "Remove old tower" }).click();
  await list.getByRole("button", { name: "Yes, remove it" }).click();
  await expect
    .poll(() => server.calls.map(({ call, input }) => [call, input["id"]]))
    .toEqual([["devices.remove", "dev_3"]]);
});

it("a second device that waits is let decide, or removed, by one press on the first", async () => {
  const added = device("dev_2", "new laptop", { isNew: true, waits: "device" });
  const { page, server } = await stage.open(signedIn([], { devices: [here, added] }));
  const notices = page.getByRole("region", { name: "Notices" });
  await notices.getByText(/It decides nothing until you let it\./).waitFor();
  server.refuse("devices.confirm", { code: "gateway_unreachable", message: "" });
  await notices.getByRole("button", { name: "It was me: let it decide" }).click();
  await notices.getByText("The gateway cannot be reached.").waitFor();
  await notices.getByRole("button", { name: "Not me: remove it" }).click();
  await expect
    .poll(() => server.calls.map(({ call, input }) => [call, input["id"]]))
    .toEqual([
      ["devices.confirm", "dev_2"],
      ["devices.remove", "dev_2"],
    ]);
  await page.getByRole("button", { name: /^Account of/ }).click();
  const list = page.getByRole("region", { name: "Your devices" });
  await list.getByText("Decides nothing yet").waitFor();
  await list.getByRole("button", { name: "Let it decide: new laptop" }).click();
  await expect.poll(() => server.calls.filter(({ call }) => call === "devices.confirm")).toHaveLength(2);
});

it("a device that waits says where it is let decide, and decides nothing, saying why", async () => {
  const request = held({ risk: "low" });
  const waiting = { ...here, waits: "device" } as const;
  const old = device("dev_0", "old tower");
  const other = device("dev_2", "a third", { isNew: true, waits: "device" });
  const { page, server } = await stage.open(signedIn([request], { devices: [old, waiting, other] }));
  const notices = page.getByRole("region", { name: "Notices" });
  await notices
    .getByText(/Open Countersign there and choose “It was me: let it decide”\. If you have it no more,/)
    .waitFor();
  // It can let no other decide, nor remove it.
  expect(await notices.getByRole("button").allInnerTexts()).toEqual(["Copy the command", "It was me"]);
  await page.getByText("This device may not decide yet: the notice above says what to do.").waitFor();
  expect(await page.getByRole("button", { name: /^Deny$|^Deny D$/ }).isDisabled()).toBe(true);
  expect(await page.getByRole("button", { name: /^Approve/ }).isDisabled()).toBe(true);
  await page.keyboard.press("a");
  await page.keyboard.press("d");
  expect(server.calls.filter(({ call }) => call === "approvals.decide")).toEqual([]);
});

it("where no other device is left it names what an administrator has to run", async () => {
  const { page } = await stage.open(signedIn([], { devices: [{ ...here, waits: "admin" }] }));
  const notices = page.getByRole("region", { name: "Notices" });
  await notices.getByText(/Ask an administrator to run: countersign devices confirm dev_1$/).waitFor();
  await notices.getByRole("button", { name: "Copy the command" }).waitFor();
});
