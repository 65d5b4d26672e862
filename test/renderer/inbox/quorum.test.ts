import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { approver, held, inTwoSteps, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

describe("a request that needs several people", () => {
  it("says how many have approved, who, and what approving now does", async () => {
    const { page, server } = await stage.open(signedIn([inTwoSteps({ risk: "low" }, 1)]));
    const bar = page.getByRole("region", { name: "Decision" });
    await bar.getByRole("img", { name: "1 of 2 approvals" }).waitFor();
    await bar.getByText("Step 2 of 2. 1 of 2 approvals: Tess Third.").waitFor();
    await bar.getByText("Yours is the last: approving runs the call.").waitFor();
    await page.getByRole("option", { name: "1 of 2 approvals" }).waitFor();
    const facts = page.getByRole("complementary", { name: "Facts" });
    for (const text of ["1. Any of", "approved by Tess Third", "2. Each of", "crm-owners"])
      await facts.getByText(text).waitFor();
    await page.keyboard.press("a");
    await expect.poll(() => server.calls.map(({ input }) => input["step"])).toEqual([2]);
  });

  it("says that others follow where one's own approval isn't the last", async () => {
    const { page } = await stage.open(signedIn([inTwoSteps({ risk: "low" }, 0)]));
    await page.getByText("1 more approval after yours, then the call runs.").waitFor();
    expect(await page.getByText("One approval is enough").count()).toBe(0);
  });

  it("leaves the list once one has approved, and tells what it waits for", async () => {
    const approval = inTwoSteps({ risk: "low" }, 0);
    const { page, server } = await stage.open(signedIn([approval]));
    server.answer("approvals.decide", { ok: true, value: approval });
    await page.keyboard.press("a");
    await expect.poll(() => server.calls.length).toBe(1);
    server.say(signedIn([{ ...inTwoSteps({ risk: "low" }, 1, approver), id: approval.id, standing: "decided" }]));
    await page.getByText("You have approved. It waits for others.").waitFor();
    await page.getByRole("img", { name: "1 of 2 approvals" }).waitFor();
    expect(await page.getByRole("option").count()).toBe(0);
    expect(await page.getByRole("button", { name: /^(Approve|Deny)(?! all)/ }).count()).toBe(0);
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    await page.clock.runFor(10_000);
    expect(server.calls).toHaveLength(1);
  });

  it.each<[ApprovalView["standing"], string]>([
    ["decided", "You have approved. It waits for others."],
    ["not-their-step", "The open step is not yours to decide."],
    ["none", "You can see this request, but not decide it."],
  ])("has no buttons and no keys where the reader's standing is %s, and says why", async (standing, said) => {
    const named = inTwoSteps({ standing, risk: "low" }, 1);
    const { page, server } = await stage.open(signedIn([held(), named]));
    server.show(named.id);
    await page.getByText(said).waitFor();
    expect(await page.getByRole("button", { name: /^(Approve|Deny)(?! all)/ }).count()).toBe(0);
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    expect(await page.getByRole("button", { name: "Undo" }).count()).toBe(0);
    expect(server.calls).toEqual([]);
  });

  it("leaves only the denial to one whose groups have approved already", async () => {
    const named = inTwoSteps({ standing: "deny", risk: "low" }, 1);
    const { page, server } = await stage.open(signedIn([named]));
    server.show(named.id);
    await page.getByText("Your groups have approved this step already. You can still deny.").waitFor();
    expect(await page.getByRole("button", { name: /^Approve/ }).count()).toBe(0);
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    await page.getByRole("button", { name: "Undo" }).waitFor();
    await page.clock.runFor(6000);
    await expect.poll(() => server.calls.map(({ input }) => input["verdict"])).toEqual(["deny"]);
  });

  it("names everybody who approved it afterwards", async () => {
    const done = inTwoSteps({ state: "executed", standing: "none" }, 2);
    const decision = done.steps[1]?.approvals[0] ?? null;
    const { page, server } = await stage.open(signedIn([{ ...done, decision }]));
    server.show(done.id);
    await page.getByText("Approved by Tess Third, you. The call ran.").waitFor();
  });

  it("tells its requester whom it waits for now", async () => {
    const { page } = await stage.open(signedIn([inTwoSteps({ relation: "requester", standing: "none" }, 1)]));
    await page.getByRole("button", { name: "My requests" }).click();
    await page.getByRole("img", { name: "1 of 2 approvals" }).waitFor();
    await page.getByText("crm-owners").first().waitFor();
  });
});
