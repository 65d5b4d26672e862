import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import { digest } from "../../../src/shared/json.ts";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { approver, held, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const approve = (page: Page) => page.getByRole("button", { name: "Approve", exact: true });
const deny = (page: Page) => page.getByRole("button", { name: "Deny", exact: true });
const undo = (page: Page) => page.getByRole("button", { name: "Undo" });
const reason = (page: Page) => page.getByRole("textbox", { name: "Reason" });

async function decisionFor(approval: ApprovalView, verdict: "approve" | "deny", reason: string) {
  const { arguments: value, hidden } = approval.payload;
  return { id: approval.id, step: 1, verdict, reason, digest: await digest({ arguments: value, hidden }) };
}

describe("approving", () => {
  it("sends the digest of the payload as it is drawn, with one click", async () => {
    const approval = held({ risk: "medium" });
    const { page, server } = await stage.open(signedIn([approval]));
    server.answer("approvals.decide", { ok: true, value: { ...approval, state: "approved" } });
    await approve(page).click();
    await expect
      .poll(() => server.calls.map(({ input }) => input))
      .toEqual([await decisionFor(approval, "approve", "")]);
    await page.getByText((await decisionFor(approval, "approve", "")).digest).waitFor();
    expect(await approve(page).isDisabled()).toBe(true);
  });

  it("takes A for low and medium risk, never while a field has focus or the key is held", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]));
    await page.keyboard.press("r");
    await page.keyboard.type("a day");
    expect(await reason(page).inputValue()).toBe("a day");
    await page.keyboard.press("Escape");
    await page.evaluate(() => dispatchEvent(new KeyboardEvent("keydown", { key: "a", repeat: true })));
    expect(server.calls).toEqual([]);
    await page.keyboard.press("a");
    await expect.poll(() => server.calls.map(({ input }) => input["reason"])).toEqual(["a day"]);
  });

  it("asks for a reason and Ctrl+Enter where the risk is high", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "high" })]));
    expect(await page.getByRole("button", { name: "Approve after a reason" }).isDisabled()).toBe(true);
    await page.keyboard.press("a");
    await page.keyboard.press("Control+Enter");
    await reason(page).fill("  Matches PAY-2214 ");
    expect(server.calls).toEqual([]);
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => server.calls.map(({ input }) => input["reason"])).toEqual(["Matches PAY-2214"]);
  });

  it("asks for a reason and the requester's number where it is critical, and no key does it", async () => {
    const matching = { number: null, wrong: 0, most: 3 };
    const { page, server } = await stage.open(signedIn([held({ risk: "critical", matching })]));
    await page.getByText("Ask Erin Engineer for the number on their screen by voice, never by chat.").waitFor();
    expect(await page.getByRole("button", { name: "Approve after the number" }).isDisabled()).toBe(true);
    const number = page.getByRole("textbox", { name: "Number on the requester’s screen" });
    await number.pressSequentially("4x79");
    expect(await number.inputValue()).toBe("47");
    expect(await page.getByRole("button", { name: "Approve after a reason" }).isDisabled()).toBe(true);
    await reason(page).fill("Replaced by a tag");
    for (const key of ["Control+Enter", "Escape", "a", "Control+Enter"]) await page.keyboard.press(key);
    expect(await approve(page).getAttribute("aria-keyshortcuts")).toBeNull();
    expect(server.calls).toEqual([]);
    server.refuse("approvals.decide", { code: "wrong_number", message: "" });
    await approve(page).click();
    await expect
      .poll(() => server.calls.map(({ input }) => [input["verdict"], input["number"]]))
      .toEqual([["approve", "47"]]);
    await page.getByRole("alert").getByText("That is not the number on the requester’s screen.").waitFor();
    expect(await number.inputValue()).toBe("");
  });

  it("says how many wrong numbers there were, and how such a request ended", async () => {
    const approval = held({ risk: "critical", matching: { number: null, wrong: 2, most: 3 } });
    const { page, server } = await stage.open(signedIn([approval]));
    await page.getByText("2 wrong numbers so far; at 3 the request is denied.").waitFor();
    server.say(signedIn([{ ...approval, state: "denied", matching: { number: null, wrong: 3, most: 3 } }]));
    await page.getByText("Denied, since 3 wrong numbers were named. Nothing was run.").waitFor();
  });

  it("asks for a reason at any risk where the rule does", async () => {
    const rule = { name: "r", version: "1", why: "", requireReason: true };
    const { page, server } = await stage.open(signedIn([held({ risk: "low", rule })]));
    await page.getByRole("button", { name: "Approve after a reason" }).waitFor();
    await page.keyboard.press("a");
    expect(server.calls).toEqual([]);
    await reason(page).fill("Expected");
    await page.keyboard.press("Escape");
    await page.keyboard.press("a");
    await expect.poll(() => server.calls.map(({ input }) => input["reason"])).toEqual(["Expected"]);
  });

  it("says above the bar what went wrong, what it means and what to do", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]));
    server.refuse("approvals.decide", { code: "digest_mismatch", message: "" });
    await approve(page).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toBe(
      "Not approved. This request changed after you opened it, or is not what the gateway holds. Nothing was run. Read it again before you decide.",
    );
    expect(await approve(page).isEnabled()).toBe(true);
  });

  it("decides nothing once the time is up by the gateway's clock", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" }, 3000)]));
    await approve(page).waitFor();
    await page.clock.runFor(4000);
    await page.getByText("Time is up. The gateway denies it.").waitFor();
    await page.keyboard.press("a");
    expect(await deny(page).isDisabled()).toBe(true);
    expect(server.calls).toEqual([]);
  });
});

describe("a decision on its way", () => {
  it("shows on every page of this person's, with how long it is sent again, and takes no other meanwhile", async () => {
    const approval = held({ risk: "low" });
    const sending = { approval: approval.id, verdict: "approve", unanswered: 0, untilMs: Date.now() + 90_000 } as const;
    const { page, server } = await stage.open(signedIn([approval], { sending: [sending] }));
    const bar = page.getByRole("region", { name: "Decision" });
    await bar.getByText("Sending your approval.").waitFor();
    const offline = { ...signedIn([approval]).gateway, link: "offline" } as const;
    server.say(signedIn([approval], { sending: [{ ...sending, unanswered: 1 }], gateway: offline }));
    await bar.getByText(/^Not recorded yet: .* is being sent again until \d\d:\d\d:\d\d\.$/).waitFor();
    expect(await approve(page).isDisabled()).toBe(true);
    expect(await deny(page).isDisabled()).toBe(true);
    await page.keyboard.press("a");
    server.say(signedIn([approval]));
    await bar.getByText("One approval is enough: approving runs the call.").waitFor();
    expect(await approve(page).isEnabled()).toBe(true);
    expect(server.calls).toEqual([]);
  });

  it("that nobody answered is not called recorded, nor refused", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]));
    server.refuse("approvals.decide", { code: "decision_unanswered", message: "" });
    await approve(page).click();
    await page.getByRole("alert").getByText("Not known whether it arrived.").waitFor();
    expect(await page.getByRole("alert").innerText()).not.toMatch(/Not approved|Nothing was run/);
  });

  it.each([
    ["approve", "Your approval came after that and was not recorded."],
    ["deny", "Your denial came after that and was not recorded."],
  ] as const)(
    "that comes too late to %s is no error: it says who decided, and that this one was not recorded",
    async (verdict, said) => {
      const approval = held({ risk: "low" });
      const { page, server } = await stage.open(signedIn([approval]));
      server.refuse("approvals.decide", { code: "already_decided", message: "" });
      await (verdict === "approve" ? approve(page) : deny(page)).click();
      await page.clock.runFor(6000);
      await page.getByText("It ended before your decision came: how, shows here in a moment.").waitFor();
      const by = { ...approver, id: "demo:tess", name: "Tess Third" };
      const decision = { verdict: "deny", reason: "", by, device: "d", presence: "cli", atMs: Date.now() } as const;
      server.say(signedIn([{ ...approval, state: "denied", decision }]));
      await page.getByText(`Denied by Tess Third. Nothing was run. ${said}`).waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
    },
  );
});

describe("denying", () => {
  it("waits five seconds, then sends what was shown when it was pressed", async () => {
    const approval = held({ risk: "critical" });
    const { page, server } = await stage.open(signedIn([approval]));
    await page.clock.pauseAt(Date.now() + 60_000);
    await reason(page).fill("Not our customer");
    await deny(page).click();
    await undo(page).waitFor();
    server.say(signedIn([{ ...approval, payload: { arguments: { swapped: true }, hidden: [] } }]));
    await page.getByText("swapped").waitFor();
    await page.clock.runFor(4900);
    expect(server.calls).toEqual([]);
    await page.clock.runFor(200);
    const sent = await decisionFor(approval, "deny", "Not our customer");
    await expect.poll(() => server.calls.map(({ input }) => input)).toEqual([sent]);
  });

  it("is undone by one press", async () => {
    const { page, server } = await stage.open(signedIn([held()]));
    await page.keyboard.press("d");
    await undo(page).click();
    await deny(page).waitFor();
    await page.clock.runFor(10_000);
    expect(server.calls).toEqual([]);
  });

  it("keeps Undo in sight on every page and request", async () => {
    const { page, server } = await stage.open(signedIn([held(), held({ tool: "run_query" }, 400_000)]));
    await page.keyboard.press("d");
    await undo(page).waitFor();
    await page.keyboard.press("j");
    await page.getByText(/update_customer on crm-production is denied in \d s\./).waitFor();
    await page.getByRole("button", { name: "Connections" }).click();
    await undo(page).click();
    await page.clock.runFor(10_000);
    expect(server.calls).toEqual([]);
  });

  it("sends nothing when the page is left", async () => {
    const { page, server } = await stage.open(signedIn([held()]));
    await page.keyboard.press("d");
    await undo(page).waitFor();
    await page.goto("about:blank");
    await page.clock.runFor(10_000);
    expect(server.calls).toEqual([]);
  });

  it("sends nothing when somebody else ended the request first", async () => {
    const approval = held();
    const { page, server } = await stage.open(signedIn([approval]));
    await page.keyboard.press("d");
    await undo(page).waitFor();
    server.say(signedIn([{ ...approval, state: "withdrawn" }]));
    await page.getByText("Withdrawn by the requester. Nothing was run.").waitFor();
    await page.clock.runFor(10_000);
    expect(server.calls).toEqual([]);
  });
});

describe("after the decision", () => {
  const decision = {
    verdict: "approve",
    reason: "Expected",
    device: "dev_1",
    presence: "window",
    atMs: Date.now(),
  } as const;
  const other = { ...approver, id: "demo:tess", name: "Tess Third" };

  it.each([
    [
      "denied by somebody",
      { state: "denied", decision: { ...decision, verdict: "deny", by: other } },
      "Denied by Tess Third. Nothing was run.",
    ],
    [
      "approved by oneself",
      { state: "claimed", decision: { ...decision, by: approver } },
      "Approved by you. The call is running.",
    ],
    [
      "executed",
      { state: "executed", decision: { ...decision, by: other } },
      "Approved by Tess Third. The call ran. Its answer went to the caller.",
    ],
    [
      "failed",
      {
        state: "failed",
        decision: { ...decision, by: other },
        outcome: { state: "failed", atMs: 1, message: "no such file" },
      },
      "“no such file”",
    ],
    ["unknown", { state: "unknown", decision: { ...decision, by: other } }, "Outcome unknown."],
    ["expired", { state: "expired" }, "Denied, since nobody decided in time. Nothing was run."],
  ] as const)("says what became of a request that was %s", async (_name, change, said) => {
    const approval = held();
    const next = held({ tool: "run_query", risk: "low" }, 400_000);
    const { page, server } = await stage.open(signedIn([approval, next]));
    await page.getByRole("heading", { name: /wants to run update_customer/ }).waitFor();
    server.say(signedIn([{ ...approval, ...change }, next]));
    await page.getByRole("article").getByText(said).waitFor();
    await page.getByText("There is nothing left to decide.").waitFor();
    expect(await page.getByRole("option").count()).toBe(1);
    await page.keyboard.press("a");
    expect(server.calls).toEqual([]);
    await page.getByRole("button", { name: "Next request" }).click();
    await page.getByRole("heading", { name: /wants to run run_query/ }).waitFor();
  });
});
