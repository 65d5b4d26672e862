import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import type { GrantOffer } from "../../../src/shared/grant-offer.ts";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { held, inTwoSteps, signedIn } from "../../support/console/states.ts";
import { grantOf } from "../../support/pictures/decisions.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const offer: GrantOffer = {
  longestMs: 7_200_000,
  mostUses: 5,
  constraints: ["equal", "prefix", "any"],
  arguments: [
    { name: "path", digest: "p".repeat(43), plain: true },
    { name: "secret", digest: "s".repeat(43), plain: false },
  ],
};
const payload: ApprovalView["payload"] = {
  arguments: { path: "reports/2026/a.md", secret: "••••" },
  hidden: [{ path: ["secret"], kind: "field" }],
};
const offered = (change: Partial<ApprovalView> = {}) => held({ risk: "low", payload, grants: offer, ...change });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const kindsOf = (page: Page, argument: string) =>
  page.getByLabel(`How ${argument} is bound`).getByRole("option").allInnerTexts();

describe("allowing similar calls", () => {
  it("binds each argument to its value at first, offers what the rule permits, and says it as a sentence", async () => {
    const { page, server } = await stage.open(signedIn([offered()]));
    await button(page, "Approve and allow similar…").click();
    expect(await kindsOf(page, "path")).toEqual(["as in this call", "beginning with", "anything"]);
    expect(await kindsOf(page, "secret")).toEqual(["as in this call", "anything"]);
    expect(await page.getByRole("combobox", { name: /^For/ }).getByRole("option").allInnerTexts()).toEqual([
      "15 minutes",
      "1 hour",
      "2 hours",
    ]);
    await page
      .getByText(
        /Erin Engineer may run update_customer on crm-production 5 more times until \d\d:\d\d without asking, with path as in this call, secret as in this call\./,
      )
      .waitFor();
    await button(page, "Approve and allow").click();
    await expect
      .poll(() => server.calls.map(({ input }) => input["grant"]))
      .toEqual([{ lastsMs: 3_600_000, mostUses: 5, constraints: [] }]);
  });

  it("is signed only while every beginning holds the value shown and every number is permitted", async () => {
    const { page, server } = await stage.open(signedIn([offered()]));
    await button(page, "Approve and allow similar…").click();
    const approve = button(page, "Approve and allow");
    for (const [uses, isGood] of [
      ["0", false],
      ["6", false],
      ["two", false],
      ["", false],
      ["2", true],
    ] as const) {
      await page.getByRole("textbox", { name: "Later calls" }).fill(uses);
      expect([uses, await approve.isEnabled()]).toEqual([uses, isGood]);
    }
    await page.getByLabel("How path is bound").selectOption("beginning with");
    for (const [prefix, isGood] of [
      ["reports/2026/", true],
      ["reports/20", false],
      ["other/", false],
      ["", false],
      ["reports/", true],
    ] as const) {
      await page.getByRole("textbox", { name: "What path begins with" }).fill(prefix);
      expect([prefix, await approve.isEnabled()]).toEqual([prefix, isGood]);
    }
    await page.getByLabel("How secret is bound").selectOption("anything");
    await approve.click();
    await expect
      .poll(() => server.calls.map(({ input }) => input["grant"]))
      .toEqual([
        {
          lastsMs: 3_600_000,
          mostUses: 2,
          constraints: [
            { argument: "path", constraint: "prefix", prefix: "reports/" },
            { argument: "secret", constraint: "any" },
          ],
        },
      ]);
  });

  it("is one key away from nobody, and taken back leaves this call alone", async () => {
    const { page, server } = await stage.open(signedIn([offered()]));
    await button(page, "Approve and allow similar…").click();
    expect(await button(page, "Approve and allow").getAttribute("aria-keyshortcuts")).toBeNull();
    for (const key of ["a", "Control+Enter"]) await page.keyboard.press(key);
    expect(server.calls).toEqual([]);
    await button(page, "This call only").click();
    await page.keyboard.press("a");
    await expect.poll(() => server.calls.map(({ input }) => input["grant"] ?? null)).toEqual([null]);
  });

  it.each<[string, ApprovalView]>([
    ["the rule permits none", held({ risk: "low" })],
    ["others have to approve as well", inTwoSteps({ risk: "low", grants: offer }, 0)],
    ["this person can only deny", offered({ standing: "deny" })],
  ])("is not offered where %s", async (_why, approval) => {
    const { page, server } = await stage.open(signedIn([approval]));
    server.show(approval.id);
    await button(page, "Deny").waitFor();
    expect(await page.getByRole("button", { name: /allow/ }).count()).toBe(0);
  });
});

describe("the page of grants", () => {
  it("lists what lives by what it is to the reader, and revokes with two presses", async () => {
    const grants = [
      grantOf({ id: "g1" }),
      grantOf({ id: "g2", relation: "holder" }),
      grantOf({ id: "g3", relation: "observer" }),
    ];
    const { page, server } = await stage.open(signedIn([], { grants }));
    await button(page, "Grants").click();
    const own = page.getByRole("table", { name: "That you can revoke as an approver" });
    await own
      .getByText('path beginning with "reports/2026/", mode equal to "append", content being anything')
      .waitFor();
    expect(await page.getByRole("button", { name: /^Revoke/ }).count()).toBe(2);
    server.refuse("grants.revoke", { code: "not_allowed", message: "" });
    await own.getByRole("button", { name: "Revoke write_file for Erin Engineer" }).click();
    await button(page, "Keep").click();
    await own.getByRole("button", { name: "Revoke write_file for Erin Engineer" }).click();
    expect(server.calls).toEqual([]);
    await button(page, "Revoke now").click();
    await page.getByRole("alert").getByText("Not revoked.").waitFor();
    expect(server.calls.map(({ call, input }) => [call, input["id"]])).toEqual([["grants.revoke", "g1"]]);
    server.say(signedIn([], { grants: [grantOf({ id: "g1", state: "revoked" })] }));
    await page.getByRole("heading", { name: "No grant lives" }).waitFor();
    await button(page, "Show 1 ended grant").click();
    await page.getByText("Revoked", { exact: true }).waitFor();
  });
});
