import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { fullInbox, held, manyHeld, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const options = (page: Page) => page.getByRole("listbox").getByRole("option");
const option = (page: Page, name: RegExp) => page.getByRole("option", { name });
const selected = (page: Page) => page.getByRole("option", { selected: true });
const title = (page: Page) => page.getByRole("article").getByRole("heading", { level: 1 });
const note = (page: Page, text: string) => page.getByText(text, { exact: true });
const names = (page: Page) =>
  options(page).evaluateAll((rows) => rows.map((row) => row.firstElementChild?.textContent.split(" ")[0]));
const focused = (page: Page) => page.evaluate(() => document.activeElement?.ariaPosInSet ?? null);
const filters = (page: Page) => page.getByRole("button", { name: "Filters" });

describe("thousands of rows", () => {
  it("are drawn where the screen is, counted and placed for a screen reader", async () => {
    const { page } = await stage.open(signedIn(manyHeld(10_000)));
    await note(page, "10,000 wait for you").waitFor();
    expect(await options(page).count()).toBeLessThan(60);
    const list = page.getByRole("listbox").locator("..");
    await list.evaluate((scroller) => scroller.scrollTo(0, 52 * 5000));
    const there = option(page, /^tool_5001 /);
    await there.waitFor();
    expect(await there.getAttribute("aria-posinset")).toBe("5002");
    expect(await there.getAttribute("aria-setsize")).toBe("10000");
    expect(await options(page).count()).toBeLessThan(60);
    expect((await there.boundingBox())?.height).toBe(52);
  });

  it("keep the keyboard's focus wherever one scrolls, and go on from there", async () => {
    const { page } = await stage.open(signedIn(manyHeld(2000)));
    await selected(page).focus();
    await page.keyboard.press("End");
    expect(await focused(page)).toBe("2000");
    await page.keyboard.press("PageUp");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("2");
    await page
      .getByRole("listbox")
      .locator("..")
      .evaluate((scroller) => scroller.scrollTo(0, 52 * 1000));
    await option(page, /^tool_1001 /).waitFor();
    expect(await focused(page)).toBe("2");
    await page.keyboard.press("j");
    await expect.poll(() => title(page).innerText()).toContain("tool_2 ");
    await expect.poll(() => focused(page)).toBe("3");
    expect(await selected(page).evaluate((row) => row.getBoundingClientRect().top > 0)).toBe(true);
  });

  it("leave the focus in the list when the focused one ends", async () => {
    const many = manyHeld(3);
    const { page, server } = await stage.open(signedIn(many));
    await selected(page).focus();
    server.say(signedIn(many.map((each, n) => (n === 0 ? { ...each, state: "withdrawn" } : each))));
    await expect.poll(() => options(page).count()).toBe(2);
    expect(await title(page).innerText()).toContain("tool_0");
    await expect.poll(() => focused(page)).toBe("1");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("1");
    expect(await title(page).innerText()).toContain("tool_1");
  });

  it("stay where they are read when one comes above them", async () => {
    const many = manyHeld(500);
    const { page, server } = await stage.open(signedIn(many));
    const list = page.getByRole("listbox").locator("..");
    await list.evaluate((scroller) => scroller.scrollTo(0, 52 * 100 + 20));
    const seen = option(page, /^tool_103 /);
    const before = await seen.boundingBox();
    server.say(signedIn([held({ tool: "urgent" }, 30_000), ...many]));
    await note(page, "501 wait for you").waitFor();
    expect(await seen.boundingBox()).toEqual(before);
    await list.evaluate((scroller) => scroller.scrollTo(0, 0));
    await option(page, /^urgent /).waitFor();
  });
});

describe("the pointer over the list", () => {
  it("sees nothing move: what is new waits at the end, what ended keeps its place, until it leaves", async () => {
    const many = fullInbox();
    const { page, server } = await stage.open(signedIn(many));
    const before = await names(page);
    await option(page, /^delete_branch /).hover();
    const [gone, ...rest] = many;
    if (gone === undefined) throw new Error("an inbox has a first");
    server.say(signedIn([{ ...gone, state: "denied" }, ...rest, held({ tool: "urgent" }, 5000)]));
    await note(page, "1 new at the end").waitFor();
    expect(await names(page)).toEqual([...before, "urgent"]);
    await option(page, /^write_file .*, Denied$/).waitFor();
    await page.mouse.move(800, 300);
    await expect.poll(() => names(page)).toEqual(["urgent", ...before.slice(1)]);
    await note(page, "Soonest expiry first").waitFor();
  });

  it("is no longer waited for once it rests, or a key is pressed", async () => {
    const many = fullInbox();
    const { page, server } = await stage.open(signedIn(many));
    await option(page, /^delete_branch /).hover();
    server.say(signedIn([...many, held({ tool: "urgent" }, 60_000)]));
    await note(page, "1 new at the end").waitFor();
    await page.clock.runFor(10_100);
    await expect.poll(async () => (await names(page)).indexOf("urgent")).toBe(1);
    await option(page, /^run_query /).hover();
    server.say(signedIn([...many, held({ tool: "second" }, 50_000)]));
    await note(page, "1 new at the end").waitFor();
    await page.keyboard.press("j");
    await expect.poll(async () => (await names(page)).indexOf("second")).toBe(1);
  });
});

describe("filters", () => {
  it("narrow by risk, by connection and by search together, and are cleared by one press", async () => {
    const { page } = await stage.open(signedIn(fullInbox()));
    await filters(page).click();
    await page.getByRole("combobox", { name: "Risk" }).selectOption({ label: "Low" });
    await note(page, "2 of 9 found").waitFor();
    await page.getByRole("combobox", { name: "Connection" }).selectOption({ label: "files" });
    await note(page, "1 of 9 found").waitFor();
    expect(await names(page)).toEqual(["write_file"]);
    await page.getByRole("combobox", { name: "Risk" }).selectOption({ label: "High" });
    await page.getByText("None matches the search and filters.").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await note(page, "9 wait for you").waitFor();
    expect(await page.getByRole("combobox").count()).toBe(0);
  });

  it("show what others decide only when asked, and deny nothing that is not one's own to deny", async () => {
    const mine = held({ tool: "mine" });
    const others = held({ tool: "theirs", standing: "not-their-step" }, 50_000);
    const { page } = await stage.open(signedIn([mine, others, held({ relation: "requester" })]));
    await note(page, "1 waits for you").waitFor();
    await filters(page).click();
    await page.getByRole("checkbox", { name: "Only mine to decide" }).uncheck();
    await note(page, "2 pending, 1 for you").waitFor();
    await option(page, /^theirs .*, Not your step$/).click();
    await page.getByRole("button", { name: "Deny all…" }).click();
    await page.getByRole("button", { name: "Deny 1", exact: true }).waitFor();
    expect(await page.title()).toBe("(1) Countersign");
  });

  it("are offered where nothing is one's own to decide", async () => {
    const { page } = await stage.open(signedIn([held({ relation: "observer" }), held({ standing: "decided" })]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    await page.getByRole("button", { name: "Show 2 requests that wait for others" }).click();
    await expect.poll(() => options(page).count()).toBe(2);
  });
});
