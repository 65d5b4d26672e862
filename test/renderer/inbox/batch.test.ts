import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { fullInbox, held, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const low = (change: Partial<ApprovalView> = {}, leftMs = 200_000) => held({ risk: "low", ...change }, leftMs);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describe("approving equal requests together", () => {
  it("signs each by itself, one after another", async () => {
    const [one, two, three] = [low(), low(), low()];
    const { page, server } = await stage.open(signedIn([one, two, three, low({ tool: "read_file" })]));
    await page.getByText(/3 requests by the same person show the same; 4 hidden values of each may differ\./).waitFor();
    await page.getByRole("textbox", { name: "Reason" }).fill("As agreed");
    await button(page, "Approve 3 equal").click();
    await expect.poll(() => server.calls.length).toBe(3);
    expect(server.calls.map(({ input }) => input["id"])).toEqual([one.id, two.id, three.id]);
    expect(new Set(server.calls.map(({ input }) => JSON.stringify([input["verdict"], input["reason"]])))).toEqual(
      new Set(['["approve","As agreed"]']),
    );
  });

  it("is not what a press meant that came just as another equal request did, and moved the buttons", async () => {
    const [one, two] = [low(), low()];
    const { page, server } = await stage.open(signedIn([one]));
    const deny = button(page, "Deny");
    await deny.waitFor();
    await page.clock.pauseAt(Date.now() + 30_000);
    server.say(signedIn([one, two]));
    await button(page, "Approve 2 equal").click();
    await page.clock.runFor(900);
    await button(page, "Approve 2 equal").click();
    expect(server.calls).toEqual([]);
    await page.clock.runFor(200);
    await button(page, "Approve 2 equal").click();
    await expect.poll(() => server.calls.map(({ input }) => input["id"])).toEqual([one.id, two.id]);
  });

  it("is not what a press meant that came just as others took their place", async () => {
    // Later than the others, so that one of those is shown first.
    const [one, two] = [low({ tool: "read_file" }, 400_000), low({ tool: "read_file" }, 400_000)];
    const { page, server } = await stage.open(signedIn([low(), low(), one, two]));
    await page
      .getByRole("heading", { name: /update_customer/ })
      .first()
      .waitFor();
    await button(page, "Approve 2 equal").waitFor();
    await page.clock.pauseAt(Date.now() + 30_000);
    server.say(signedIn([one, two]));
    await page
      .getByRole("heading", { name: /read_file/ })
      .first()
      .waitFor();
    await button(page, "Approve 2 equal").click();
    expect(server.calls).toEqual([]);
    await page.clock.runFor(1100);
    await button(page, "Approve 2 equal").click();
    await expect.poll(() => server.calls.map(({ input }) => input["id"])).toEqual([one.id, two.id]);
  });

  it("are marked in the list with how many they are", async () => {
    const { page } = await stage.open(signedIn([low(), low(), low(), low({ tool: "read_file" })]));
    await expect.poll(() => page.getByRole("option", { name: /3 equal/ }).count()).toBe(3);
    expect(await page.getByRole("option", { name: /read_file/ }).innerText()).not.toContain("equal");
  });

  it("says how many were not recorded and why, until that is dismissed", async () => {
    const [one, two, three] = [low(), low(), low()];
    const { page, server } = await stage.open(signedIn([one, two, three]));
    server.answer("approvals.decide", ({ id }) => {
      if (id === one.id) return { ok: true, value: { ...one, state: "approved" } };
      return { ok: false, error: { code: id === two.id ? "rule_changed" : "already_decided", message: "" } };
    });
    await button(page, "Approve 3 equal").click();
    const told = page.getByRole("alert").filter({ hasText: "2 of 3 were not approved by you." });
    await told
      .getByText(/1 request had ended before your decision came\. 1 request: The rule that held this/)
      .waitFor();
    await button(page, "Dismiss").click();
    await told.waitFor({ state: "detached" });
  });

  it("signs no more of them once the gateway has stopped answering, and says so", async () => {
    const { page, server } = await stage.open(signedIn([low(), low(), low()]));
    server.refuse("approvals.decide", { code: "decision_unanswered", message: "" });
    await button(page, "Approve 3 equal").click();
    const told = page.getByRole("alert").filter({ hasText: "3 of 3 were not approved by you." });
    await told.getByText(/2 requests were not sent, since the gateway had stopped answering/).waitFor();
    expect(server.calls).toHaveLength(1);
  });

  it.each<[string, Partial<ApprovalView>, Partial<ApprovalView>?]>([
    ["another person's", { requester: { id: "demo:sam", kind: "user", name: "Sam", groups: [] } }],
    ["another tool", { tool: "read_file" }],
    ["another connection", { connection: "files" }],
    ["another declaration of the tool", { fingerprint: "g".repeat(43) }],
    ["another rule", { rule: { name: "payout-changes", version: "2", why: "" } }],
    ["another payload", { payload: { arguments: { customer_id: "cus_1" }, hidden: [] } }],
    ["a higher risk", { risk: "medium" }],
    ["a higher risk of both", { risk: "medium" }, { risk: "medium" }],
    ["what is decided already", { standing: "decided" }],
    ["what is the reader's own", { relation: "requester" }],
  ])("is not offered for %s", async (_name, change, first = {}) => {
    const { page } = await stage.open(signedIn([low(first, 100_000), low(change)]));
    await button(page, "Approve").waitFor();
    expect(await page.getByRole("button", { name: /equal/ }).count()).toBe(0);
  });
});

describe("denying all", () => {
  it("denies what the list shows, with one reason, after five seconds", async () => {
    const all = fullInbox();
    const { page, server } = await stage.open(signedIn(all));
    await page.clock.pauseAt(Date.now() + 30_000);
    await page.getByRole("searchbox").fill("nightly");
    await button(page, "Deny all…").click();
    server.say(
      signedIn([
        ...all,
        low({ requester: { id: "demo:nightly", kind: "service", name: "nightly-report", groups: [] } }),
      ]),
    );
    await page.getByRole("textbox", { name: "Reason for all" }).fill("Nothing runs tonight");
    await button(page, "Deny 3").click();
    await page.getByText("3 requests are denied in 5 s.").waitFor();
    await page.clock.runFor(4900);
    expect(server.calls).toEqual([]);
    await page.clock.runFor(200);
    await expect.poll(() => server.calls.length).toBe(3);
    expect(server.calls.map(({ input }) => [input["id"], input["verdict"], input["reason"]])).toEqual(
      all
        .filter(({ requester }) => requester.name === "nightly-report")
        .map(({ id }) => [id, "deny", "Nothing runs tonight"]),
    );
  });

  it("is undone whole by one press, and one by one in each request", async () => {
    const [one, two] = [held(), held({ tool: "run_query" }, 400_000)];
    const { page, server } = await stage.open(signedIn([one, two]));
    await button(page, "Deny all…").click();
    await page.keyboard.press("Escape");
    await button(page, "Deny all…").click();
    await button(page, "Deny 2").click();
    await button(page, "Undo all").click();
    await button(page, "Deny all…").click();
    await button(page, "Deny 2").click();
    await button(page, "Undo").click();
    await page.clock.runFor(6000);
    await expect.poll(() => server.calls.map(({ input }) => input["id"])).toEqual([two.id]);
  });

  it("is not there while the gateway is offline", async () => {
    const state = signedIn([held()]);
    const { page } = await stage.open({ ...state, gateway: { ...state.gateway, link: "offline" } });
    expect(await button(page, "Deny all…").isDisabled()).toBe(true);
  });
});
