import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { KnownDevice } from "../../src/shared/console.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { signedIn } from "../support/console/states.ts";

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
  await notices.getByText(/^A device was enrolled for you: somebody.*If that was not you, remove it\.$/).waitFor();
  server.refuse("devices.remove", { code: "gateway_unreachable", message: "" });
  await notices.getByRole("button", { name: "Remove" }).click();
  await notices.getByText("The gateway cannot be reached.").waitFor();
  await notices.getByRole("button", { name: "It was me" }).click();
  await expect
    .poll(() => server.calls.map(({ call, input }) => [call, input["id"]]))
    .toEqual([
      ["devices.remove", "dev_2"],
      ["devices.acknowledge", undefined],
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
