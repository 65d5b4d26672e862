import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { approver, held, signedIn } from "../support/console/states.ts";
import { grantOf } from "../support/pictures/decisions.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

/** What has the focus, as a screen reader names it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at === document.body || at === null ? "the page" : (at.ariaLabel ?? at.textContent.trim());
  });
const option = (page: Page, name: RegExp) => page.getByRole("option", { name });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
/** Opens the list of keys, reads it, and closes it. */
const listed = async (page: Page) => {
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const keys = await dialog.getByRole("term").allInnerTexts();
  await page.keyboard.press("Escape");
  return keys.map((key) => key.replaceAll(/\s+/g, ""));
};

const decision = {
  verdict: "approve",
  reason: "",
  by: approver,
  device: "dev_1",
  presence: "window",
  atMs: Date.now(),
} as const;

describe("the focus", () => {
  it("goes to the next request when one has been decided by its button, and on to that one's title", async () => {
    const [one, two] = [held({ risk: "low", tool: "one" }), held({ risk: "low", tool: "two" }, 300_000)];
    const { page, server } = await stage.open(signedIn([one, two]));
    await button(page, "Approve").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => server.calls.length).toBe(1);
    server.say(signedIn([{ ...one, state: "executed", decision }, two]));
    await page.getByText("The call ran.", { exact: false }).first().waitFor();
    await expect.poll(() => focused(page)).toContain("Next request");
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe("Erin Engineer wants to run two on crm-production");
  });

  it("stays in the decision while a denial can be undone, and after it was", async () => {
    const { page } = await stage.open(signedIn([held()]));
    await button(page, "Deny").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toMatch(/^Decision/);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Undo");
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toMatch(/^Decision/);
  });

  it("goes to the row that takes the place of one that left, without opening it, and no row is passed over", async () => {
    const many = ["one", "two", "three"].map((tool, n) => held({ tool, risk: "low" }, 300_000 + n * 1000));
    const { page, server } = await stage.open(signedIn(many));
    await option(page, /^two /).focus();
    server.say(signedIn(many.map((each, n) => (n === 1 ? { ...each, state: "withdrawn" } : each))));
    await expect.poll(() => focused(page)).toMatch(/^three on crm-production, Low risk/);
    await page.getByRole("heading", { name: /wanted to run two/ }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: /wants to run three/ }).waitFor();
  });

  it("comes back from the keys, from a menu and from a question to what opened them", async () => {
    const { page } = await stage.open(signedIn([held()]));
    await option(page, /^update_customer/).focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys that work now" }).waitFor();
    for (let press = 0; press < 4; press += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.closest("main, header"))).toBeNull();
    }
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toMatch(/^update_customer/);
    await button(page, "Account of Ada Approver").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await focused(page)).toContain("Account of Ada Approver");
    await button(page, "Deny all…").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("Reason for all").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toBe("Deny all…");
  });

  it("rests on the harmless answer when a grant's end is asked once more", async () => {
    const { page } = await stage.open(signedIn([], { grants: [grantOf()] }));
    await button(page, "Grants").click();
    await page.getByRole("button", { name: /^Revoke write_file/ }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe("Keep");
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toMatch(/^Revoke write_file/);
  });

  it("is not lost where a narrow window puts the request in the list's place", async () => {
    const { page } = await stage.open(signedIn([held(), held({ tool: "two" }, 300_000)]), {
      viewport: { width: 500, height: 700 },
    });
    await option(page, /^two /).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toContain("wants to run two");
    await button(page, "All requests").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toMatch(/^two on crm-production/);
  });
});

describe("keys that decide", () => {
  it("are absent for a moment where another request has taken the place of the one that was read", async () => {
    const [one, two] = [held({ risk: "low", tool: "one" }), held({ risk: "low", tool: "two" }, 300_000)];
    const { page, server } = await stage.open(signedIn([one, two]));
    await page.getByRole("heading", { name: /wants to run one/ }).waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    server.say(signedIn([two]));
    await page.getByRole("heading", { name: /wants to run two/ }).waitFor();
    for (const key of ["a", "d"]) await page.keyboard.press(key);
    await button(page, "Approve").click();
    await page.clock.runFor(900);
    await page.keyboard.press("a");
    expect(server.calls).toEqual([]);
    expect(await button(page, "Deny").isEnabled()).toBe(true);
    await page.clock.runFor(200);
    await page.keyboard.press("a");
    await expect.poll(() => server.calls.map(({ input }) => input["id"])).toEqual([two.id]);
  });

  it("do nothing while a menu is open", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]));
    await button(page, "Account of Ada Approver").click();
    for (const key of ["a", "d", "?"]) await page.keyboard.press(key);
    expect(server.calls).toEqual([]);
    expect(await page.getByRole("dialog").count()).toBe(0);
    await button(page, "Deny").waitFor();
  });
});

describe("the list of keys", () => {
  it("names only those that work now", async () => {
    const critical = held({ risk: "critical", tool: "two" }, 300_000);
    const { page } = await stage.open(signedIn([held({ risk: "low" }), critical]));
    await page.getByRole("article").waitFor();
    expect(await listed(page)).toEqual(["J", "K", "Enter", "/", "R", "D", "A", "CtrlEnter", "Esc", "?"]);
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: /wants to run two/ }).waitFor();
    expect(await listed(page)).toEqual(["J", "K", "Enter", "/", "R", "D", "Esc", "?"]);
    await button(page, "Connections").click();
    expect(await listed(page)).toEqual(["?"]);
  });

  it("has none that decides where nothing can be decided", async () => {
    const { gateway } = signedIn([]);
    const { page } = await stage.open(signedIn([held({ risk: "low" })], { gateway: { ...gateway, link: "offline" } }));
    await page.getByText("Decide when the gateway is back.").waitFor();
    expect(await listed(page)).toEqual(["J", "K", "Enter", "/", "Esc", "?"]);
  });
});
