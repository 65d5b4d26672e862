import { join } from "node:path";
import { access, readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";
import { openWire, type Wire } from "../support/wire.ts";

// A decision that is lost on its way, before the gateway or behind it: real people, real signatures, a wire that loses what it is told to.

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
let wire: Wire;
let people: TwoPeople;
beforeAll(async () => {
  wire = await openWire();
  people = await openTwoPeople([{ name: "writes", tools: ["write_file"], ...held, risk: "low" }], wire);
});
afterEach(() => {
  wire.decisions = "none";
});
afterAll(() => people.close());

const button = ({ page }: Seat, name: string | RegExp) =>
  page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });

/** The engineer writes this file; resolves once the approver has the request on the page. */
async function writes(name: string) {
  const path = join(people.world.files, name);
  const answer = people.call("files", "write_file", { path, content: "once" });
  const { page } = people.approver;
  await page
    .getByRole("option", { name: /write_file/ })
    .first()
    .click();
  await page.getByRole("heading", { name: /wants to run write_file/ }).waitFor();
  await page.getByRole("article").getByText(name).first().waitFor();
  return { answer, path };
}

/** What the gateway recorded of the approval that the approver knows last. */
function lastHeld({ client }: Seat) {
  const [first] = client.state().approvals;
  if (first === undefined) throw new Error("nothing is held");
  return first;
}

describe("a decision whose request is lost before the gateway", () => {
  it("is shown as on its way and as not recorded, sent again as it was signed, and recorded once", async () => {
    const { approver, engineer } = people;
    const before = wire.sent.length;
    const { answer, path } = await writes("lost-request.txt");
    wire.decisions = "lose the request";
    await button(approver, "Approve").click();
    const bar = approver.page.getByRole("region", { name: "Decision" });
    await bar
      .getByText(
        /^Not recorded yet: the gateway has not answered\. Your approval, as you signed it, is being sent again/,
      )
      .waitFor();
    await approver.page
      .getByRole("option", { name: /write_file/ })
      .getByText("Being sent", { exact: true })
      .waitFor();
    expect(await button(approver, "Approve").isDisabled()).toBe(true);
    expect(await button(approver, "Deny").isDisabled()).toBe(true);
    expect(await approver.page.getByText(/Approved by/).count()).toBe(0);
    // Neither side, nor what their owners know, calls it decided.
    await button(engineer, /^My requests/).click();
    await engineer.page.getByRole("heading", { name: /waits for approval$/ }).waitFor();
    for (const seat of [approver, engineer]) expect(lastHeld(seat)).toMatchObject({ state: "pending", decision: null });
    expect(lastHeld(approver).standing).toBe("decide");
    await expect(access(path)).rejects.toThrow();
    await expect.poll(() => wire.sent.length - before, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);

    wire.decisions = "none";
    await approver.page.getByText(/Approved by you\. The call ran\./).waitFor({ timeout: 20_000 });
    expect(await answer).toContain("Successfully wrote");
    expect(await readFile(path, "utf8")).toBe("once");
    expect(new Set(wire.sent.slice(before)).size).toBe(1);
    expect(lastHeld(approver).steps[0]?.approvals).toHaveLength(1);
    expect(approver.client.state().sending).toEqual([]);
  });

  it("is denied the same way", async () => {
    const { approver } = people;
    const { answer } = await writes("lost-denial.txt");
    wire.decisions = "lose the request";
    await button(approver, "Deny").click();
    await approver.page.getByText(/Your denial, as you signed it, is being sent again/).waitFor({ timeout: 20_000 });
    wire.decisions = "none";
    await approver.page.getByText("Denied by you. Nothing was run.").waitFor({ timeout: 20_000 });
    expect(await answer).toContain("Nothing was run");
  });
});

describe("a decision whose answer is lost behind the gateway", () => {
  it("is recorded once, though it is sent again and again, and shown as the gateway has it", async () => {
    const { approver, engineer } = people;
    const [before, arrived] = [wire.sent.length, wire.arrived()];
    const { answer, path } = await writes("lost-answer.txt");
    wire.decisions = "lose the answer";
    await button(approver, "Approve").click();
    // The approvals stream says what the lost answer would have.
    await approver.page.getByText(/Approved by you\./).waitFor({ timeout: 20_000 });
    expect(await answer).toContain("Successfully wrote");
    await expect.poll(() => wire.arrived() - arrived, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    wire.decisions = "none";
    await expect.poll(() => approver.client.state().sending, { timeout: 20_000 }).toEqual([]);
    expect(await approver.page.getByRole("alert").count()).toBe(0);
    expect(new Set(wire.sent.slice(before)).size).toBe(1);
    expect(lastHeld(approver).steps[0]?.approvals).toHaveLength(1);
    expect(await readFile(path, "utf8")).toBe("once");
    // One decision in the ledger, as the history tells it.
    const shown = await engineer.client.call("history.show", { id: lastHeld(approver).id }, "window");
    if (!shown.ok) throw new Error(shown.error.message);
    expect(shown.value.entries.filter(({ kind }) => kind === "approval.approved")).toHaveLength(1);
  });
});
