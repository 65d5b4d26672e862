import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Verdict } from "../../src/shared/approval.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { approver, held, inTwoSteps, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const mine = { relation: "requester" } as const;
const tess = { ...approver, id: "demo:tess", name: "Tess Third" };
const decision = { by: tess, device: "dev_5Yt1", presence: "window", reason: "Not our customer" } as const;

async function openRequests(state: Parameters<ConsoleStage["open"]>[0]) {
  const opened = await stage.open(state);
  await opened.page.getByRole("button", { name: /^My requests/ }).click();
  return opened;
}

describe("a request of one's own that waits", () => {
  it("shows how it stands, who can decide, what is left, and what approvers see", async () => {
    const { page } = await openRequests(signedIn([inTwoSteps(mine, 1)]));
    await page.getByRole("heading", { name: "update_customer on crm-production waits for approval" }).waitFor();
    const facts = page.getByRole("complementary", { name: "Facts" });
    expect(await facts.innerText()).toMatch(
      /Who can decide.*1\. Any of.*security-approvers.*approved by Tess Third.*complete.*2\. Each of.*crm-owners.*1 more person needed/s,
    );
    await page.getByRole("img", { name: "1 of 2 approvals" }).waitFor();
    await page.getByText("left, then denied").waitFor();
    await page.getByText("full_name").waitFor();
    await page.getByText("masked at the gateway, 4 values").waitFor();
    expect(await page.getByRole("button", { name: "Deny" }).count()).toBe(0);
  });

  it("of a service that one answers for says so", async () => {
    const requester = { id: "demo:nightly", kind: "service", name: "nightly-report", groups: [] } as const;
    const owner = { kind: "person", id: approver.id } as const;
    const { page } = await openRequests(signedIn([held({ ...mine, requester: { ...requester, groups: [], owner } })]));
    await page.getByText("A call of a service that you answer for: nightly-report").waitFor();
    const { page: theirs } = await stage.open(signedIn([held({ requester: { ...requester, groups: [], owner } })]));
    const facts = theirs.getByRole("complementary", { name: "Facts" });
    expect(await facts.innerText()).toMatch(/Owner\s+demo:ada/);
  });

  it("is withdrawn with one click while nothing is lost by it, and says that it is final", async () => {
    const request = held(mine);
    const { page, server } = await openRequests(signedIn([request]));
    await page.getByText(/It cannot be undone; call again to ask again/).waitFor();
    server.answer("approvals.withdraw", { ok: true, value: { ...request, state: "withdrawn" } });
    await page.getByRole("button", { name: "Withdraw", exact: true }).click();
    await expect.poll(() => server.calls).toMatchObject([{ call: "approvals.withdraw", input: { id: request.id } }]);
    server.say(signedIn([{ ...request, revision: request.revision + 1, state: "withdrawn" }]));
    await page.getByRole("heading", { name: /is withdrawn$/ }).waitFor();
    await page.getByText("There is nothing left to withdraw.").waitFor();
  });

  it("asks once more where an approval would be lost", async () => {
    const { page, server } = await openRequests(signedIn([inTwoSteps(mine, 1)]));
    await page.getByRole("button", { name: "Withdraw…" }).click();
    expect(server.calls).toEqual([]);
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Withdraw…" }).click();
    server.refuse("approvals.withdraw", { code: "already_decided", message: "" });
    await page.getByRole("button", { name: "Withdraw for good" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("Not withdrawn.");
    expect(server.calls).toHaveLength(1);
  });

  it("cannot be withdrawn while the gateway is away, and says so", async () => {
    const state = signedIn([held(mine)]);
    const gateway = { ...state.gateway, link: "offline", nextTryAtMs: Date.now() + 5000 } as const;
    const { page } = await openRequests({ ...state, gateway });
    await page.getByText("Withdraw when the gateway is back.").waitFor();
    expect(await page.getByRole("button", { name: "Withdraw" }).isDisabled()).toBe(true);
  });
});

const endings = [
  ["executed", /ran$/, "Its answer went to the caller", "make the identical call again soon"],
  ["failed", /failed$/, "The server answered with an error", "mend the call"],
  ["unknown", /outcome unknown$/, "never repeated by itself", "Look at the server"],
  ["denied", /was denied$/, "Denied by Tess Third. Nothing was run.", "Read the reason"],
  ["expired", /was not decided in time$/, "nobody decided in time", "Call again to ask again"],
  ["lapsed", /was approved, but not run$/, "Nobody repeated the call in time", "Call again to ask again"],
  ["withdrawn", /is withdrawn$/, "Withdrawn by the requester", "Call again to ask again"],
  ["approved", /is approved$/, "Approved by Tess Third", "it runs once"],
  ["claimed", /is running$/, "The call is running", "goes to your MCP client"],
] as const;

describe("a request of one's own that ended", () => {
  it.each(endings)("as %s says what it means and what to do next", async (state, title, means, next) => {
    const verdict: Verdict = state === "denied" ? "deny" : "approve";
    const decided = ["expired", "withdrawn"].includes(state) ? null : { ...decision, verdict, atMs: Date.now() };
    const { page } = await openRequests(signedIn([held({ ...mine, state, decision: decided })]));
    await page.getByRole("heading", { name: title }).waitFor();
    const text = await page.getByRole("article").innerText();
    expect(text.replaceAll(/\s+/g, " ")).toContain(means);
    expect(text).toContain(next);
    if (state === "denied") expect(text).toContain("“Not our customer”");
  });

  it("leads to the history for what is older", async () => {
    const { page } = await openRequests(signedIn([held({ ...mine, state: "expired" })]));
    await page.getByRole("button", { name: "Older ones: History" }).click();
    await page.getByRole("heading", { name: "Your decisions" }).waitFor();
  });
});

it("moves through one's own requests by arrow keys, and shows one at a time in a narrow window", async () => {
  const requests = ["one", "two"].map((tool, n) => held({ ...mine, tool, createdAtMs: Date.now() - n * 1000 }));
  const { page } = await stage.open(signedIn(requests), { viewport: { width: 600, height: 700 } });
  await page.getByRole("button", { name: /^My requests/ }).click();
  await page.getByRole("option", { name: /^one/ }).focus();
  await page.keyboard.press("ArrowDown");
  expect(await page.getByRole("option", { name: /^two/ }).getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^two on/ }).waitFor();
  expect(await page.getByRole("option").count()).toBe(0);
  await page.getByRole("button", { name: "All my requests" }).click();
  await page.getByRole("option", { name: /^two/ }).waitFor();
});
