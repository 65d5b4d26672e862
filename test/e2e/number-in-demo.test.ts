import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startShell } from "../cli/shell.ts";
import { launchBrowser } from "../support/browser.ts";
import { startDemo, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
let browser: Browser;
beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
}, 90_000);
afterAll(async () => {
  await Promise.all([demo.clear(), browser.close()]);
});

const patience = { timeout: 90_000 } as const;

/** A window of this person's console, by the link that their terminal prints. */
async function windowOf(person: "engineer" | "approver"): Promise<Page> {
  const { stdout: link } = await demo.as(person, "console");
  const page = await browser.newPage();
  page.setDefaultTimeout(patience.timeout);
  await page.goto(link.trim());
  await page.getByText("Connected", { exact: true }).waitFor();
  return page;
}

it("a new user sees number matching in two windows: shown in the engineer's, named in the approver's", async () => {
  const input = JSON.stringify({ id: "cus_20418", changes: { credit_card: "4012 8888 8888 1881" } });
  const call = startShell("call", "customers", "update_customer", input, "--profile", demo.told.profiles.engineer);
  const [engineer, approver] = await Promise.all([windowOf("engineer"), windowOf("approver")]);
  await approver.getByRole("heading", { name: /wants to run update_customer/ }).waitFor();
  expect(await approver.getByRole("button", { name: "Approve after the number" }).isDisabled()).toBe(true);
  await engineer.getByRole("button", { name: /^My requests/ }).click();
  const number = await engineer.getByRole("group", { name: "Your number" }).locator("b").innerText();
  await approver.getByRole("textbox", { name: "Number on the requester’s screen" }).fill(number.trim());
  await approver.getByRole("textbox", { name: "Reason" }).fill("Erin told me the number");
  await approver.getByRole("button", { name: "Approve", exact: true }).click();
  await approver.getByText(/Approved by you\. The call ran\./).waitFor();
  await engineer.getByRole("heading", { name: / ran$/ }).waitFor();
  expect((await call.ended()).status).toBe(0);
}, 240_000);
