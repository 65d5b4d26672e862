import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newsOf, newsOfTime } from "../../src/renderer/told.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { approver, held, signedIn } from "../support/console/states.ts";

const decision = {
  verdict: "approve",
  reason: "",
  by: approver,
  device: "dev_1",
  presence: "window",
  atMs: Date.now(),
} as const;
const one = held({ tool: "one", risk: "critical" });
const { gateway } = signedIn([]);

describe("a screen reader is told", () => {
  it.each([
    [
      "of a new request, as a sentence",
      signedIn([]),
      signedIn([one]),
      ["New request: Erin Engineer wants to run one on crm-production. Risk Critical."],
    ],
    [
      "how many came, where each by itself would drown the others",
      signedIn([]),
      signedIn([one, ...Array.from({ length: 4 }, () => held())]),
      ["5 new requests, 1 of critical risk."],
    ],
    [
      "what became of a request that the reader decided",
      signedIn([one]),
      signedIn([{ ...one, state: "executed", decision }]),
      ["one on crm-production ran."],
    ],
    [
      "what became of one's own request",
      signedIn([{ ...one, relation: "requester" }]),
      signedIn([{ ...one, relation: "requester", state: "expired" }]),
      ["The time of one on crm-production is up: it is denied."],
    ],
    [
      "that others follow where the reader's approval is not the last",
      signedIn([one]),
      signedIn([{ ...one, standing: "decided" }]),
      ["You approved one on crm-production. Others have yet to."],
    ],
    [
      "that the gateway is not reached",
      signedIn([]),
      signedIn([], { gateway: { ...gateway, link: "offline" } }),
      ["The gateway is not reached. Decisions wait."],
    ],
    [
      "that it is reached again",
      signedIn([], { gateway: { ...gateway, link: "offline" } }),
      signedIn([]),
      ["The gateway is reached again."],
    ],
  ])("%s", (_name, before, now, said) => {
    expect(newsOf(before, now, one.id)).toEqual(said);
  });

  it("nothing of what others do with requests that are not being read", () => {
    const other = { ...decision, by: { ...approver, id: "demo:tess" } };
    expect(newsOf(signedIn([one]), signedIn([{ ...one, state: "executed", decision: other }]), null)).toEqual([]);
    expect(newsOf(signedIn([one]), signedIn([{ ...one, state: "executed", decision: other }]), one.id)).toHaveLength(1);
  });

  it("of time once at a minute, and once more of the request that is being read", () => {
    const state = signedIn([one, held({ tool: "later" }, 10 * 60_000)]);
    const told = (leftMs: number, shown: string | null) =>
      newsOfTime(state, shown, one.expiresAtMs - leftMs - 1000, one.expiresAtMs - leftMs);
    expect(told(60_000, null)).toBe("one on crm-production: one minute left, then denied.");
    expect(told(59_000, null)).toBeNull();
    expect(told(15_000, null)).toBeNull();
    expect(told(15_000, one.id)).toBe("one on crm-production: 15 seconds left, then denied.");
    expect(told(-500, one.id)).toBeNull();
    const both = signedIn([one, { ...one, id: "other" }]);
    expect(newsOfTime(both, null, one.expiresAtMs - 61_000, one.expiresAtMs - 60_000)).toBe(
      "2 requests have less than a minute left.",
    );
  });
});

describe("in the page", () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await stageConsole();
  });
  afterEach(async () => {
    expect(await stage.clear()).toEqual([]);
  });
  afterAll(() => stage.close());

  it("one place says it, each time anew, and takes it away again; a countdown is not read", async () => {
    const { page, server } = await stage.open(signedIn([one]));
    const status = page.locator("[aria-live=polite]");
    server.say(signedIn([one, held({ tool: "two" })]));
    server.say(signedIn([one, held({ tool: "two" })]));
    await expect.poll(() => status.locator("p").count()).toBe(2);
    await page.keyboard.press("d");
    await status.getByText("one on crm-production is denied in five seconds, unless undone.").waitFor({
      state: "attached",
    });
    await page.getByRole("button", { name: "Undo" }).click();
    await status.getByText("Nothing was sent.").waitFor({ state: "attached" });
    await page.clock.runFor(10_500);
    await expect.poll(() => status.locator("p").count()).toBe(0);
    server.accept(false);
    server.drop();
    await status.getByText("The link to Countersign is lost.").waitFor({ state: "attached" });
  });
});
