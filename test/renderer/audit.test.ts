import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { answerActivity } from "../support/console/audited-activity.ts";
import { answerAudit, noFacts } from "../support/console/audited.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { engineer, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

type Opened = Awaited<ReturnType<ConsoleStage["open"]>>;
const auditor = signedIn([], { roles: ["auditor"] });

async function openAudit(tab: "Search" | "Activity", calls = 60): Promise<Opened> {
  const opened = await stage.open(auditor);
  answerAudit(opened.server, calls);
  answerActivity(opened.server);
  await opened.page.getByRole("button", { name: tab, exact: true }).click();
  return opened;
}

const asked = ({ server }: Opened, name: string) =>
  server.calls.filter(({ call }) => call === name).map(({ input }) => input);

async function newest(opened: Opened): Promise<void> {
  await opened.page.getByRole("button", { name: "Show the newest entries" }).click();
  await opened.page.getByText("The newest 100 entries").waitFor();
}

describe("who is no auditor", () => {
  it("has no page of theirs, and keeps none when the role goes", async () => {
    const { page, server } = await openAudit("Search");
    await page.getByRole("heading", { name: "Ask the ledger" }).waitFor();
    server.say(signedIn([], { roles: ["admin"] }));
    await page.getByRole("group", { name: "Audit" }).waitFor({ state: "detached" });
    expect(await page.getByRole("heading", { name: "Ask the ledger" }).count()).toBe(0);
    server.show({ approval: null, page: "activity" });
    server.say(signedIn([], { roles: [] }));
    await page.getByText("Nothing waits").first().waitFor();
    expect(await page.getByRole("heading", { name: "Activity" }).count()).toBe(0);
  });
});

describe("the search", () => {
  it("looks at no entry before somebody asks, nor for half a word", async () => {
    const opened = await openAudit("Search");
    const field = opened.page.getByRole("searchbox");
    await field.pressSequentially("payout");
    await opened.page.clock.runFor(2000);
    expect(asked(opened, "audit.search")).toEqual([]);
    await field.press("Enter");
    await opened.page.getByRole("button", { name: "Remove the filter Words payout" }).waitFor();
    expect(asked(opened, "audit.search")).toEqual([{ text: "payout", before: null, limit: 100 }]);
  });

  it("takes typed filters apart, quoted ones too, and leaves what is none among the words", async () => {
    const opened = await openAudit("Search");
    const field = opened.page.getByRole("searchbox");
    await field.fill('tool:read_file rule:"two words" risk:huge http://x "side by side"');
    await field.press("Enter");
    await opened.page.getByRole("button", { name: "Remove the filter Rule two words" }).waitFor();
    expect(asked(opened, "audit.search")).toEqual([
      { tool: "read_file", rule: "two words", text: 'risk:huge http://x "side by side"', before: null, limit: 100 },
    ]);
  });

  it("adds a filter from a list, and asks for a time of one's own by the gateway's clock", async () => {
    const opened = await openAudit("Search");
    const { page } = opened;
    await newest(opened);
    await page.getByRole("button", { name: "Add filter…" }).click();
    await page.getByRole("combobox", { name: "Filter by" }).selectOption("risk");
    await page.getByRole("combobox", { name: "Value" }).selectOption("critical");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("button", { name: "Remove the filter Risk critical" }).waitFor();
    await page.getByRole("combobox", { name: "Time" }).selectOption("own");
    await page.getByLabel("From").fill("2026-11-19T08:30");
    await page.getByLabel("From").press("Enter");
    const from = await page.evaluate(() => new Date("2026-11-19T08:30").getTime());
    await page.getByRole("button", { name: /Remove the filter 19 Nov, 08:30 to now/ }).waitFor();
    expect(asked(opened, "audit.search").at(-1)).toEqual({
      risk: "critical",
      fromMs: from + 90_000,
      before: null,
      limit: 100,
    });
  });

  it("walks by arrow keys, reads whole what is rested on, and goes from one entry of a call to the next", async () => {
    const opened = await openAudit("Search");
    const { page } = opened;
    await newest(opened);
    const rows = page.getByRole("row").filter({ has: page.getByRole("gridcell") });
    await rows.first().waitFor();
    // However slow the keys come, nobody rests between them.
    await page.clock.pauseAt(new Date(Date.now() + 60_000));
    await rows.first().focus();
    for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowDown");
    await page.clock.runFor(1000);
    const side = page.getByRole("complementary", { name: "Selected entry" });
    await side.getByText("Leaf hash").waitFor();
    expect(asked(opened, "audit.entry")).toHaveLength(1);
    expect(await rows.nth(5).getAttribute("aria-selected")).toBe("true");
    await side.getByRole("button", { name: "Answer" }).click();
    await page.clock.runFor(1000);
    await side.getByText("Customer cus_88213").waitFor();
  });

  it("shows one pane at a time in a narrow window, and comes back to the line that was open", async () => {
    const opened = await openAudit("Search");
    const { page } = opened;
    await newest(opened);
    await page.setViewportSize({ width: 600, height: 700 });
    const row = page.getByRole("row", { name: /Approved update_customer/ }).first();
    await row.click();
    await row.waitFor({ state: "hidden" });
    await page.keyboard.press("Escape");
    await row.waitFor();
    expect(await row.evaluate((line) => line === document.activeElement)).toBe(true);
  });

  it("says why nothing came, and asks again when told to", async () => {
    const opened = await openAudit("Search");
    const { page, server } = opened;
    server.refuse("audit.search", { code: "store_failed", message: "" });
    await page.getByRole("button", { name: "Show the newest entries" }).click();
    await page.getByRole("alert").waitFor();
    answerAudit(server, 60, { indexed: 20, entries: 900 });
    await page.getByRole("button", { name: "Search again" }).click();
    await page.getByText("20 of 900 entries").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("quotes hostile names, and draws none of their markup", async () => {
    const opened = await openAudit("Search");
    const { page, server } = opened;
    const name = "<img src=x onerror=alert(1)>\u202Eevil";
    server.answer("audit.search", {
      ok: true,
      value: {
        lines: [
          {
            entry: 7,
            atMs: Date.now(),
            kind: name,
            facts: { ...noFacts, principal: "x:1", name, connection: name, tool: name, outcome: name },
          },
        ],
        next: null,
        indexed: 8,
        entries: 8,
        names: { "x:1": name },
      },
    });
    await page.getByRole("button", { name: "Show the newest entries" }).click();
    await page.getByText("1 entry", { exact: true }).waitFor();
    expect(await page.getByRole("grid").innerText()).toContain("U+202E");
    expect(await page.locator("img").count()).toBe(0);
  });

  it("forgets all that was found when another person signs in", async () => {
    const opened = await openAudit("Search");
    await newest(opened);
    const session = { state: "signed-in", account: engineer, device: "dev_2" } as const;
    opened.server.say(signedIn([], { roles: ["auditor"], session }));
    await opened.page.getByRole("heading", { name: "Ask the ledger" }).waitFor();
    expect(await opened.page.getByRole("grid").count()).toBe(0);
  });
});

describe("the activity", () => {
  it("has one stop for each lane, arrows within it, and Enter opens what the bar counts", async () => {
    const opened = await openAudit("Activity");
    const { page } = opened;
    const bars = page.getByRole("toolbar", { name: /^Held by day/ }).getByRole("button");
    await bars.first().waitFor();
    expect(await bars.evaluateAll((all) => all.filter((bar) => bar.getAttribute("tabindex") === "0").length)).toBe(1);
    await bars.first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    const name = (await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) ?? "";
    expect(name).toMatch(/^\d+ \w+: 9 held calls\. Show the entries$/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove the filter Counted as held calls" }).waitFor();
    const [span] = asked(opened, "audit.activity");
    const begun = Number(span?.["fromMs"]) + 86_400_000;
    expect(asked(opened, "audit.search")).toEqual([
      { counted: "held", fromMs: begun, toMs: begun + 86_400_000, before: null, limit: 100 },
    ]);
  });

  it("asks for hours of a day, by person; a service's figures open as the service's", async () => {
    const opened = await openAudit("Activity");
    const { page } = opened;
    await page.getByRole("button", { name: "People" }).click();
    await page.getByRole("combobox", { name: "Period" }).selectOption("yesterday");
    await page.getByRole("toolbar", { name: /^Calls by hour/ }).waitFor();
    const last = asked(opened, "audit.activity").at(-1);
    expect(last).toMatchObject({ by: "person", step: "hour" });
    expect(Number(last?.["toMs"]) - Number(last?.["fromMs"])).toBe(86_400_000);
    await page.getByRole("button", { name: /^Show the entries: [\d,]+ calls of nightly-report/ }).click();
    await page.getByRole("button", { name: /^Remove the filter Service/ }).waitFor();
    expect(asked(opened, "audit.search").at(-1)).toMatchObject({ counted: "calls", service: "demo:nightly" });
  });
});
