import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { engineer, fullInbox, held, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const selected = (page: Page) => page.getByRole("option", { selected: true });
const title = (page: Page) => page.getByRole("article").getByRole("heading", { level: 1 });

describe("the list", () => {
  it("holds what waits for this person alone, soonest expiry first, by the gateway's clock", async () => {
    const own = held({ relation: "requester" });
    const seen = held({ relation: "observer" });
    const done = held({ state: "denied" });
    const { page } = await stage.open(signedIn([...fullInbox().toReversed(), own, seen, done]));
    await page.getByText("9 wait for you").waitFor();
    const names = await page
      .getByRole("option")
      .evaluateAll((rows) => rows.map((row) => row.firstElementChild?.textContent));
    expect(names[0]).toBe(
      "write_file on files, Low risk, asked for by nightly-report (service), less than a minute left",
    );
    expect(names[2]).toBe(
      "delete_branch on git-main, Critical risk, asked for by Erin Engineer, less than 4 minutes left",
    );
    expect(names).toHaveLength(9);
    // Expires in 102 s by the gateway's clock, which is 90 s ahead of this machine's.
    await page
      .getByRole("option", { name: /update_customer/ })
      .getByText(/^1:(3|4)\d$/)
      .waitFor();
  });

  it("announces a new request and leaves the selected one where it is", async () => {
    const first = held({}, 300_000);
    const { page, server } = await stage.open(signedIn([first]));
    await title(page).waitFor();
    server.say(signedIn([first, held({ tool: "rotate_key", risk: "critical" }, 60_000)]));
    const said = "New request: Erin Engineer wants to run rotate_key on crm-production. Risk Critical.";
    await page.getByRole("status").filter({ hasText: said }).waitFor({ state: "attached" });
    expect(await selected(page).innerText()).toContain("update_customer");
    expect(await title(page).innerText()).toContain("update_customer");
    expect(await page.title()).toBe("(2) Countersign");
  });

  it("moves by J, K and arrows, opens by Enter, and searches by /", async () => {
    const { page } = await stage.open(signedIn(fullInbox()));
    await selected(page).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    expect(await title(page).innerText()).toContain("update_customer");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("request-title");
    await selected(page).focus();
    await page.keyboard.press("ArrowDown");
    expect(await title(page).innerText()).toContain("delete_branch");
    await page.keyboard.press("/");
    await page.keyboard.type("vault");
    await page.getByText("1 of 9 found").waitFor();
    expect(await page.getByRole("option").count()).toBe(1);
  });

  it("shows the keys that work on ?, and no key acts behind them", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]));
    await title(page).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys that work now" }).waitFor();
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(server.calls).toEqual([]);
    expect(await page.getByRole("button", { name: "Undo" }).count()).toBe(0);
  });

  it("opens the request that a notification names", async () => {
    const second = held({ id: "apr_named", tool: "run_query" }, 400_000);
    const { page, server } = await stage.open(signedIn([held(), second]));
    await page.getByRole("button", { name: "Connections" }).click();
    server.show("apr_named");
    await expect.poll(() => title(page).innerText()).toContain("run_query");
  });
});

describe("one request", () => {
  it("says who wants what, why it was held, and what the server claims, as its claims", async () => {
    const { page } = await stage.open(signedIn([held()]));
    const request = page.getByRole("article", { name: /Erin Engineer wants to run update_customer on crm-production/ });
    await request.getByText("“Changes to payout details need an approver.”").waitFor();
    await request.getByText("Rule payout-changes, version 9f2c41ab").waitFor();
    await request
      .getByText("“Changes fields of one customer record.” The server declares: writes, safe to repeat.")
      .waitFor();
    const facts = page.getByRole("complementary", { name: "Facts" });
    for (const fact of ["crm-writers", "dev_Qb77", "Cursor 2.3", "customers 4.1", "security-approvers"])
      await facts.getByText(fact, { exact: true }).waitFor();
  });

  it("shows masked values as such, and says how many are hidden and as what", async () => {
    const { page } = await stage.open(signedIn([held()]));
    const payload = page.getByRole("region", { name: "Payload" });
    await payload.getByRole("listitem").filter({ hasText: "ssn: •••••••1120" }).getByText("ssn, hidden").waitFor();
    await payload.getByText("masked at the gateway, 4 values: 2 × by name, ssn, email").waitFor();
    await payload.getByRole("listitem").filter({ hasText: "street" }).getByText("1 hidden character").waitFor();
  });

  it("says when nothing is masked, and shows masks that have no line in the payload", async () => {
    const { page, server } = await stage.open(signedIn([held({ payload: { arguments: {}, hidden: [] } })]));
    await page.getByText("No arguments").waitFor();
    await page.getByText("nothing masked").waitFor();
    server.say(signedIn([held({ payload: { arguments: {}, hidden: [{ path: ["a", 1], kind: "card" }] } })]));
    await page.getByText("masked, but not shown as a line of its own: a.1").waitFor();
  });

  it("folds a long value with its length, and shows it whole", async () => {
    const text = "x".repeat(5000);
    const { page } = await stage.open(signedIn([held({ payload: { arguments: { text }, hidden: [] } })]));
    const row = page.getByRole("listitem").filter({ hasText: "text" });
    await page.getByRole("button", { name: "Show 5,000 characters" }).click();
    await row.getByText(`"${text}"`).waitFor();
  });

  it("folds objects, and shows the payload as text", async () => {
    const { page } = await stage.open(signedIn([held()]));
    await page.getByRole("button", { name: "Fold person" }).click();
    await page.getByText("3 fields").waitFor();
    expect(await page.getByText("full_name").count()).toBe(0);
    await page.getByRole("button", { name: "Text" }).click();
    await page.getByText('"full_name"').waitFor();
  });

  it("copies JSON in which hidden characters are escapes", async () => {
    const approval = held();
    const { page } = await stage.open(signedIn([approval]), { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: "Copy JSON" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('"Lindenweg 4\\u200b"');
    expect(JSON.parse(copied)).toEqual(approval.payload.arguments);
  });
});

describe("hostile text", () => {
  it("is quoted data everywhere: nothing reorders, vanishes or becomes markup", async () => {
    const html = '<img src=x onerror="alert(1)"><script>alert(1)</script>';
    const tool = "delete\u202eelif_etirw";
    const { page, server } = await stage.open(signedIn([held()]));
    await title(page).waitFor();
    server.say(
      signedIn([
        held({
          tool,
          connection: html,
          description: `Safe.\u2066${html}`,
          requester: { ...engineer, name: html },
          rule: { name: html, version: html, why: html },
          payload: { arguments: { [html]: `${html}\n", "admin": "true` }, hidden: [{ path: [html], kind: html }] },
        }),
      ]),
    );
    await page.getByText("U+202E").first().waitFor();
    expect(await page.locator("img[src=x], main script").count()).toBe(0);
    expect(await page.locator("main").innerText()).not.toMatch(/[\u202e\u2066]/);
    await page.getByText('\\", \\"admin\\": \\"true').waitFor();
    await page.getByRole("option", { name: "delete‹U+202E›elif_etirw on" }).waitFor();
  });

  it("of any length leaves the decision bar in sight and the lists in order", async () => {
    const long = "W".repeat(100_000);
    const requester = { ...engineer, name: long, groups: [long] };
    const { page } = await stage.open(
      signedIn([
        held({
          tool: long,
          connection: long,
          requester,
          description: long,
          payload: { arguments: { [long]: long }, hidden: [] },
        }),
      ]),
    );
    const bar = page.getByRole("region", { name: "Decision" });
    const box = await bar.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(760);
    const payload = await page.getByRole("region", { name: "Payload" }).boundingBox();
    expect((payload?.x ?? 0) + (payload?.width ?? 0)).toBeLessThanOrEqual(1180);
    expect(payload?.y).toBeLessThan(box?.y ?? 0);
    await page.getByRole("button", { name: "Show 100,000 characters" }).first().waitFor();
    const name = await page.getByRole("option").locator(":first-child").first().textContent();
    expect(name?.length).toBeLessThan(500);
  });

  it("in thousands of values is counted, not dropped", async () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`key${at}`, at]));
    const { page } = await stage.open(signedIn([held({ payload: { arguments: many, hidden: [] } })]));
    await page.getByRole("button", { name: "Show 1,000 of 1,600 more values" }).click();
    await page.getByRole("button", { name: "Show 600 more values" }).click();
    await page.getByText("key1999").waitFor();
  });
});

describe("a narrow window", () => {
  it("shows one pane at a time, and no key decides what is not on the screen", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]), {
      viewport: { width: 420, height: 760 },
    });
    await page.getByRole("option").waitFor();
    expect(await page.getByRole("article").isVisible()).toBe(false);
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    await page.getByRole("option").click();
    await title(page).waitFor();
    expect(await page.getByRole("option").isVisible()).toBe(false);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(420);
    await page.getByRole("button", { name: "Deny", exact: true }).waitFor();
    await page.getByRole("button", { name: "All requests" }).click();
    await page.getByRole("option").waitFor();
    expect(server.calls).toEqual([]);
  });
});
