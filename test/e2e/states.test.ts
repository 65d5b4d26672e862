import { join } from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalState } from "../../src/shared/approval.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";

// Every state that an approval can have, as the approver and the requester each see it in their console over the real gateway.

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
let people: TwoPeople;
beforeAll(async () => {
  people = await openTwoPeople([
    { name: "short", tools: ["get_customer"], ...held, risk: "low", expires: "8s" },
    { name: "held", tools: ["*"], ...held, risk: "low" },
    { name: "reads", resources: ["*"], ...held, risk: "low" },
  ]);
  await people.engineer.page.getByRole("button", { name: /^My requests/ }).click();
}, 120_000);
afterAll(() => people.close());

const patience = { timeout: 60_000 } as const;
const button = ({ page }: Seat, name: string) => page.getByRole("button", { name, exact: true });
const article = ({ page }: Seat) => page.getByRole("article");

interface Held {
  readonly id: string;
  readonly answer: Promise<string>;
  /** The caller goes away. */
  readonly leave: () => void;
}

/** The engineer's call, once it is held, and open on both pages. */
function hold(connection: string, tool: string, input: JsonObject): Promise<Held> {
  return heldBy(tool, (gone) => people.call(connection, tool, input, gone));
}

async function heldBy(name: string, ask: (gone: AbortSignal) => Promise<string>): Promise<Held> {
  const gone = new AbortController();
  const known = new Set(people.approver.client.state().approvals.map(({ id }) => id));
  const answer = ask(gone.signal);
  const fresh = ({ client }: Seat) => client.state().approvals.find(({ id }) => !known.has(id))?.id ?? "";
  for (const seat of [people.approver, people.engineer]) await expect.poll(() => fresh(seat), patience).not.toBe("");
  const id = fresh(people.approver);
  for (const { client } of [people.approver, people.engineer]) client.show(id);
  await article(people.approver)
    .getByRole("heading", { name: ` ${name} on ` })
    .waitFor(patience);
  return { id, answer, leave: () => gone.abort() };
}

const write = (name: string) =>
  hold("files", "write_file", { path: join(people.world.files, name), content: "card 4012 8888 8888 1881" });

/** What each sees once both have heard of the state: the approver's sentence, and the end of the requester's title. */
async function shows(id: string, state: ApprovalState, approver: RegExp, requester: RegExp): Promise<void> {
  const stateOf = ({ client }: Seat) => client.state().approvals.find((each) => each.id === id)?.state;
  for (const seat of [people.approver, people.engineer]) await expect.poll(() => stateOf(seat), patience).toBe(state);
  await said(article(people.approver), approver);
  await article(people.engineer).getByRole("heading", { name: requester }).waitFor(patience);
}

/** Whether a page says this, whatever the elements that it is made of. */
async function said(where: Locator, text: RegExp): Promise<void> {
  await expect.poll(async () => (await where.innerText()).replaceAll(/\s+/g, " "), patience).toMatch(text);
}

/** What was answered is shown to both, masked, as a tree. */
async function showsAnswer(text: RegExp): Promise<void> {
  for (const { page } of [people.approver, people.engineer])
    await said(page.getByRole("region", { name: "Answer" }), text);
}

describe("an approval that", () => {
  it("waits: one can decide, the other withdraw", async () => {
    const { id, answer } = await write("pending.txt");
    await shows(id, "pending", /wants to run write_file on files.*One approval is enough/, /waits for approval$/);
    await button(people.approver, "Approve").waitFor();
    await button(people.approver, "Deny").waitFor();
    await article(people.engineer).getByText("1 more person needed").waitFor();

    await button(people.engineer, "Withdraw").click();
    await shows(id, "withdrawn", /Withdrawn by the requester\. Nothing was run\./, /is withdrawn$/);
    await article(people.approver).getByText("There is nothing left to decide.").waitFor();
    await article(people.engineer).getByText("There is nothing left to withdraw.").waitFor();
    expect(await answer).toContain("Withdrawn by who asked");
  }, 90_000);

  it("is denied: both see who, why, and that nothing was run", async () => {
    const { id, answer } = await write("denied.txt");
    await people.approver.page.getByRole("textbox", { name: "Reason" }).fill("Not on a Friday");
    await button(people.approver, "Deny").click();
    await shows(id, "denied", /Denied by you\. Nothing was run\. Reason “Not on a Friday”/, /was denied$/);
    await said(article(people.engineer), /Denied by Avery Approver\. Nothing was run\. Reason “Not on a Friday”/);
    expect(await answer).toContain("Not on a Friday");
  }, 90_000);

  it("nobody decides on expires", async () => {
    const { id, answer } = await hold("customers", "get_customer", { id: "cus_20417" });
    const nobody = /Denied, since nobody decided in time\. Nothing was run\./;
    await shows(id, "expired", nobody, /was not decided in time$/);
    await said(article(people.engineer), nobody);
    expect(await answer).toContain("Nothing was run");
  }, 90_000);

  it("is approved runs, and both see that it runs, that it ran, and the masked answer, afterwards in the history too", async () => {
    const { approver, engineer } = people;
    const { id, answer } = await hold("everything", "trigger-long-running-operation", { duration: 6, steps: 2 });
    await button(approver, "Approve").click();
    await shows(id, "claimed", /Approved by you\. The call is running\./, /is running$/);
    await article(engineer).getByText("It runs: it can no longer be withdrawn.").waitFor();
    await shows(id, "executed", /Approved by you\. The call ran\. Its answer went to the caller\./, / ran$/);
    await showsAnswer(/Long running operation completed/);
    expect(await answer).toContain("Long running operation completed");
    for (const [seat, which] of [
      [approver, "Selected decision"],
      [engineer, "Selected request"],
    ] as const) {
      await button(seat, "History").click();
      if (seat === engineer)
        await seat.page.getByRole("group", { name: "Show" }).getByRole("button", { name: "My requests" }).click();
      await seat.page.getByRole("row", { name: /trigger-long-running-operation .* Ran/ }).click(patience);
      await said(
        seat.page.getByRole("complementary", { name: which }),
        /The call ran\..*Answer.*Long running operation completed/,
      );
    }
    await seatsBack();
  }, 120_000);

  it("was answered with an error failed, and both see what the server said", async () => {
    const uri = "demo://resource/static/document/none.md";
    const { id, answer } = await heldBy(uri, () => people.read("everything", uri));
    await button(people.approver, "Approve").click();
    await shows(id, "failed", /Approved by you\. The call failed\./, / failed$/);
    await said(article(people.engineer), /Outcome “The target answered with an error\.”/);
    await showsAnswer(/not found/);
    expect(await answer).toContain("not found");
  }, 120_000);

  it("was broken off while it ran has an unknown outcome, and neither is told that it ran or did not", async () => {
    const { id, answer, leave } = await hold("everything", "trigger-long-running-operation", {
      duration: 30,
      steps: 3,
    });
    await button(people.approver, "Approve").click();
    await shows(id, "claimed", /The call is running\./, /is running$/);
    leave();
    await answer;
    await shows(id, "unknown", /Approved by you\. Outcome unknown\./, /: outcome unknown$/);
    await said(article(people.engineer), /Look at the server whether the call took effect before you repeat it\./);
    for (const seat of [people.approver, people.engineer])
      expect(await article(seat).innerText()).not.toMatch(/The call ran|Nothing was run/);
  }, 150_000);

  it("is approved when its caller has gone stays approved for the identical call, and lapses when it is taken back", async () => {
    const { id, answer, leave } = await write("later.txt");
    leave();
    await answer;
    await button(people.approver, "Approve").click();
    const until = /Approved by you\. It runs when the identical call is repeated, until \d\d:\d\d\./;
    await shows(id, "approved", until, /is approved$/);
    await said(article(people.engineer), /make the identical call again: it runs once/);
    await button(people.engineer, "Withdraw…").click();
    await button(people.engineer, "Withdraw for good").click();
    await shows(id, "lapsed", /Approved by you, but not run\./, /was approved, but not run$/);
  }, 90_000);
});

/** From the history to where requests are shown. */
async function seatsBack(): Promise<void> {
  await people.approver.page.getByRole("button", { name: /^Inbox/ }).click();
  // The history has a button of that name too, behind the page's own.
  await people.engineer.page
    .getByRole("button", { name: /^My requests/ })
    .first()
    .click();
}
