import { afterAll, beforeAll, expect, it } from "vitest";
import type { Notifications } from "../../src/main/notifications.ts";
import type { StandInNotification } from "../support/electron/desktop.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";
import { passingTime } from "../support/passing-time.ts";
import { eventually } from "../support/eventually.ts";

// The gateway is real, the notifications are the stand-in's: what it would show, and what a click on it does.

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
let people: TwoPeople;
let electron: StandIn;
const all: Notifications[] = [];
const time = passingTime();

beforeAll(async () => {
  electron = await installElectron();
  people = await openTwoPeople([
    { name: "customers", tools: ["get_customer"], ...held, risk: "low", quick: true },
    { name: "writes", tools: ["update_customer"], ...held, risk: "low" },
  ]);
  for (const seat of [people.approver, people.engineer]) await notify(seat);
});
afterAll(async () => {
  for (const notifications of all) notifications.close();
  await people.close();
  await electron.close();
});

async function notify({ client }: Seat): Promise<void> {
  const { createNotifications } = await import("../../src/main/notifications.ts");
  const { defaultSettings } = await import("../../src/main/settings.ts");
  const { createQuickDecisions } = await import("../../src/main/quick-decision.ts");
  const notifications = createNotifications({
    settings: { get: () => defaultSettings },
    assets: "/assets",
    platform: "darwin",
    vouched: () => true,
    open: () => undefined,
    changed: () => undefined,
    decide: (approval, verdict) => decisions.decide(approval, verdict),
  });
  const decisions = createQuickDecisions({
    client,
    open: () => undefined,
    tell: notifications.tell,
    changed: () => undefined,
    clock: time,
  });
  all.push(notifications);
  client.onState((state) => {
    decisions.follow(state);
    notifications.follow(state);
  });
  notifications.follow(client.state());
}

/** The one that stands on a screen with this title. */
async function shown(title: RegExp): Promise<StandInNotification> {
  return await eventually(() => {
    const found = electron.notifications.find((each) => each.state === "shown" && title.test(each.title));
    if (found === undefined) throw new Error(`no notification ${String(title)}`);
    return found;
  });
}

it("is decided by a click where the rule says quick, as present at a notification, and the requester hears of it", async () => {
  const answer = people.call("customers", "get_customer", { id: "cus_20417" });
  const request = await shown(/asks to run get_customer on customers/);
  expect(request.body).toMatch(/^id: "cus_20417"\nLow risk\. Denied at \d\d:\d\d\.$/);
  request.emit("action", { actionIndex: 1 });
  await shown(/^Approving get_customer in 4 s$/);
  time.pass(4000);
  expect(await answer).toContain("cus_20417");
  const outcome = await shown(/^Approved: get_customer on customers$/);
  expect(outcome.body).toContain("Avery Approver");
  const { client } = people.approver;
  const decision = () => client.state().approvals.find(({ tool }) => tool === "get_customer")?.decision;
  await expect.poll(() => decision()?.presence).toBe("notification");
});

it("is denied by a click, and nothing is run", async () => {
  const answer = people.call("customers", "get_customer", { id: "cus_20418" });
  (await shown(/asks to run get_customer/)).emit("action", { actionIndex: 0 });
  await shown(/^Denying get_customer in 4 s$/);
  time.pass(4000);
  expect(await answer).toContain("Nothing was run");
  await shown(/^Denied: get_customer/);
});

it("shows no payload and no buttons where the rule does not say quick, and the gateway takes no decision from there", async () => {
  const { createQuickDecisions } = await import("../../src/main/quick-decision.ts");
  const answer = people.call("customers", "update_customer", { id: "cus_20417", changes: { phone: "1" } });
  const request = await shown(/asks to run update_customer/);
  expect(request.body).not.toContain("cus_20417");
  expect(request.options.actions).toEqual([]);
  const { client } = people.approver;
  const approval = client.state().approvals.find(({ state }) => state === "pending");
  if (approval === undefined) throw new Error("nothing is pending");
  // As an app would that was made to lie about what it may.
  const decisions = createQuickDecisions({
    client,
    open: () => undefined,
    tell: () => undefined,
    changed: () => undefined,
    clock: time,
  });
  decisions.decide(approval, "approve");
  time.pass(4000);
  await eventually(() => expect(decisions.view()).toMatchObject([{ step: "failed", code: "presence_too_weak" }]));
  expect(client.state().approvals.find(({ id }) => id === approval.id)?.state).toBe("pending");
  await people.approver.page.getByRole("option", { name: "update_customer" }).click();
  await people.approver.page.getByRole("button", { name: "Deny", exact: true }).click();
  expect(await answer).toContain("Nothing was run");
  await eventually(() => expect(request.state).toBe("closed"));
});
