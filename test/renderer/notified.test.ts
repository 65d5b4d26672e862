import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ConsoleState } from "../../src/shared/console.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { desktopScenes } from "../support/pictures/desktop.ts";

// What was clicked in a notification, as the window shows it.

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

async function open(name: string) {
  const scene = desktopScenes.find((each) => each.name === name) ?? expect.fail(`no scene ${name}`);
  const state: ConsoleState = scene.state ?? expect.fail("no state");
  const { page } = await stage.open(state, {}, scene.before);
  const [decision] = state.desktop?.decisions ?? [];
  if (decision === undefined) expect.fail("nothing was clicked");
  const notices = page.getByRole("region", { name: "Notices" });
  const dropped = () => page.evaluate(() => (window as unknown as { dropped?: string[] }).dropped ?? []);
  const row = page.getByRole("option", { name: new RegExp(decision.tool) }).first();
  return { page, notices, dropped, row, decision };
}

it("a held decision is a band that says what is sent and when, and Undo there takes it back", async () => {
  const { page, notices, dropped, decision } = await open("notified-held");
  // Where its own bar is not on the screen.
  await page.getByRole("button", { name: "Settings" }).click();
  const { tool, connection } = decision;
  await notices
    .getByText(new RegExp(`^Approving ${tool} on ${connection} in \\d s\\. Nothing has been sent yet\\.$`))
    .waitFor();
  await notices.getByRole("button", { name: "Undo" }).click();
  expect(await dropped()).toEqual([decision.approval]);
});

it("its request offers Undo in place of another decision", async () => {
  const { page, dropped, row, decision } = await open("notified-held");
  await row.click();
  const bar = page.getByRole("region", { name: "Decision", exact: true });
  await bar.getByText("Not sent yet. Quitting Countersign sends nothing.").waitFor();
  expect(await bar.getByRole("button").allInnerTexts()).toEqual(["Undo"]);
  await page.keyboard.press("d");
  await page.keyboard.press("a");
  await bar.getByRole("button", { name: "Undo" }).click();
  expect(await dropped()).toEqual([decision.approval]);
});

it("one that nobody knows was recorded is a band that opens its request, and can be dismissed", async () => {
  const { page, notices, dropped, decision } = await open("notified-failed");
  const band = notices.getByRole("alert");
  await band.getByText("Not known whether it arrived.").waitFor();
  expect(await band.innerText()).toContain(`${decision.tool} on ${decision.connection}, decided in a notification:`);
  await band.getByRole("button", { name: "Open request" }).click();
  await page
    .getByRole("article")
    .getByRole("heading", { name: new RegExp(decision.tool) })
    .first()
    .waitFor();
  await band.getByRole("button", { name: "Dismiss" }).click();
  expect(await dropped()).toEqual([decision.approval]);
});
