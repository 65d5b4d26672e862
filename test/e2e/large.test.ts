import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Notifications } from "../../src/main/notifications.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { eventually, patienceMs } from "../support/eventually.ts";
import { putPending } from "../support/many-pending.ts";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], why: "Looked at.", risk: "low" };
let people: TwoPeople;
let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  people = await openTwoPeople([
    { name: "edits", tools: ["edit_file"], ...held },
    { name: "brief", tools: ["update_customer"], ...held, expires: "10s" },
    { name: "customers", tools: ["get_customer"], ...held, expires: "5m" },
  ]);
  await people.world.reload((config) => (config["limits"] = { bodyBytes: 8_000_000 }));
}, 120_000);
afterAll(async () => {
  await people.close();
  await electron.close();
});

const rowOf = (page: Page, tool: RegExp) => page.getByRole("option", { name: tool });
const approve = ({ page }: Seat) => page.getByRole("button", { name: "Approve", exact: true });

const edit = (n: number): JsonObject => ({
  oldText: `stanza ${n} ${"old words ".repeat(12)}`,
  newText: "new words ".repeat(12),
});

async function notify({ client }: Seat): Promise<Notifications> {
  const { createNotifications } = await import("../../src/main/notifications.ts");
  const { defaultSettings } = await import("../../src/main/settings.ts");
  const notifications = createNotifications({
    settings: { get: () => defaultSettings },
    assets: "/assets",
    platform: "linux",
    vouched: () => false,
    open: () => undefined,
    decide: () => undefined,
    changed: () => undefined,
  });
  client.onState((state) => notifications.follow(state));
  notifications.follow(client.state());
  return notifications;
}

describe.each([
  ["hours ahead of the gateway's", 3 * 3_600_000],
  ["hours behind the gateway's", -3 * 3_600_000],
])("a machine whose clock is %s", (_how, aheadMs) => {
  it("counts down by the gateway's clock, decides in time, and approves nothing that has expired", async () => {
    const seat = await people.seat("approver", aheadMs);
    const answer = people.call("customers", "get_customer", { id: "cus_20417" });
    const row = rowOf(seat.page, /get_customer/);
    await row.waitFor();
    await expect.poll(() => row.locator("time").innerText(), { timeout: patienceMs }).toMatch(/^[345]:\d\d$/);
    await row.click();
    await approve(seat).click();
    expect(await answer).toContain("cus_20417");
    await seat.page
      .getByText(/Approved by you/)
      .first()
      .waitFor();

    const brief = people.call("customers", "update_customer", { id: "cus_20417", changes: { phone: String(aheadMs) } });
    await rowOf(seat.page, /update_customer/).click();
    await expect.poll(() => approve(seat).isEnabled(), { timeout: patienceMs }).toBe(true);
    expect(await brief).toContain("nobody decided");
    await rowOf(seat.page, /update_customer/).waitFor({ state: "detached" });
    expect(await approve(seat).count()).toBe(0);
  }, 150_000);
});

it("a payload of five megabytes is drawn in part, counted, copied whole as JSON, and decided", async () => {
  const { approver, world } = people;
  const { page } = approver;
  const input = { path: join(world.files, "absent.txt"), edits: Array.from({ length: 19_000 }, (_, n) => edit(n)) };
  expect(JSON.stringify(input).length).toBeGreaterThan(5_000_000);
  const answer = people.call("files", "edit_file", input);
  await rowOf(page, /edit_file/).click();
  await page.getByRole("heading", { name: /wants to run edit_file/ }).waitFor();
  const payload = page.getByRole("list", { name: /payload/i }).first();
  await payload.getByText("stanza 0 ", { exact: false }).first().waitFor();
  expect(await payload.getByRole("listitem").count()).toBeLessThan(500);
  await payload.getByRole("button", { name: /more values/ }).click();
  await payload.getByText("stanza 300 ", { exact: false }).first().scrollIntoViewIfNeeded();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy JSON" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toEqual(input);
  await approve(approver).click();
  await page
    .getByText(/Approved by you/)
    .first()
    .waitFor();
  expect(await answer).not.toContain("Denied");
}, 150_000);

it("a reconnect brings five hundred requests, all of them, in order, without a flood of notifications, and the selected one stays", async () => {
  const { approver, world } = people;
  const { page, client } = approver;
  void people.call("customers", "get_customer", { id: "cus_20418" });
  await rowOf(page, /get_customer/).click();
  const notifications = await notify(approver);
  const before = electron.notifications.length;
  await world.restart(() => putPending(people, 500));
  await eventually(() => expect(client.state().approvals.filter(({ state }) => state === "pending")).toHaveLength(501));
  await page.getByText("501 wait for you").waitFor();
  const selected = page.getByRole("option", { selected: true });
  expect(await selected.innerText()).toContain("get_customer");
  await page.getByRole("heading", { name: /wants to run get_customer/ }).waitFor();

  const list = page.getByRole("listbox");
  await list.locator("..").evaluate((scroller) => scroller.scrollTo(0, 0));
  const seen = new Map<number, string>();
  await eventually(async () => {
    const rows = await list
      .getByRole("option")
      .evaluateAll((options) => options.map((option) => [Number(option.ariaPosInSet), option.textContent] as const));
    for (const [place, name] of rows) seen.set(place, /\w+_\w+/.exec(name)?.[0] ?? "");
    await list.locator("..").evaluate((scroller) => scroller.scrollBy(0, 600));
    expect(seen.size).toBe(501);
  });
  const order = [...seen].sort(([one], [other]) => one - other).map(([, tool]) => tool);
  expect(order).toEqual(["get_customer", ...Array.from({ length: 500 }, (_, n) => `tool_${n}`)]);
  // The stream brings them one after another: a few may have been told of before there were many.
  const titles = electron.notifications.slice(before).map(({ title }) => title);
  expect(titles.filter((title) => title === "Many requests wait for you")).toHaveLength(1);
  expect(titles.length).toBeLessThanOrEqual(6);
  notifications.close();
}, 150_000);
