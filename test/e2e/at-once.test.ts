import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MakeToast } from "../../src/main/standing.ts";
import { passingTime } from "../support/passing-time.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";
import { openWire, type Wire } from "../support/wire.ts";

// Two approvers who decide on one request at once. The wire holds both decisions until both are signed and on their way.

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
let wire: Wire;
let people: TwoPeople;
let tess: Seat;
let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  wire = await openWire();
  people = await openTwoPeople(
    [
      { name: "writes", tools: ["write_file"], ...held, risk: "low" },
      { name: "lookups", tools: ["get_customer"], ...held, risk: "low", quick: true },
    ],
    wire,
  );
  tess = await people.seat("tess");
});
afterEach(() => {
  wire.decisions = "none";
  wire.letGo();
});
afterAll(async () => {
  await people.close();
  await electron.close();
});

const button = ({ page }: Seat, name: string) => page.getByRole("button", { name, exact: true });
const both = () => [people.approver, tess] as const;

/** The engineer's call, open on both approvers' pages. */
async function writes(name: string): Promise<{ readonly answer: Promise<string> }> {
  const answer = people.call("files", "write_file", { path: join(people.world.files, name), content: name });
  for (const { page } of both()) {
    const rows = page.getByRole("option", { name: /write_file/ });
    await rows.first().click({ timeout: 20_000 });
    await page.getByRole("article").getByText(name).first().waitFor();
  }
  return { answer };
}

/** Each presses, sees theirs on its way and nothing decided; none has reached the gateway. */
async function press(...presses: readonly (readonly [Seat, "Approve" | "Deny"])[]): Promise<void> {
  wire.decisions = "hold";
  const before = wire.sent.length;
  for (const [at, [seat, name]] of presses.entries()) {
    await button(seat, name).click();
    // A denial is sent once it can't be undone any more.
    await expect.poll(() => wire.sent.length - before, { timeout: 20_000 }).toBe(at + 1);
    await seat.page.getByText(name === "Approve" ? "Sending your approval." : "Sending your denial.").waitFor();
    expect(await seat.page.getByText(/(?:Approved|Denied) by/).count()).toBe(0);
  }
}

const article = ({ page }: Seat) => page.getByRole("article");
const alerts = ({ page }: Seat) => page.getByRole("alert").count();

/** How often somebody's word on the last request stands in the ledger, refused ones aside. */
async function recorded({ client }: Seat): Promise<readonly string[]> {
  const id = client.state().approvals[0]?.id ?? "";
  const shown = await client.call("history.show", { id }, "window");
  if (!shown.ok) throw new Error(shown.error.message);
  const kinds = shown.value.entries.map(({ kind }) => kind);
  return kinds.filter((kind) => ["approval.approved", "approval.denied", "decision.recorded"].includes(kind));
}

describe("two approvers at once", () => {
  it("are shown that the other has the same request open, as its requester is, until they leave it", async () => {
    const { approver, engineer } = people;
    const { answer } = await writes("looked-at.txt");
    await article(approver).getByText("Tess Third has this request open now").waitFor({ timeout: 20_000 });
    await article(tess).getByText("Avery Approver has this request open now").waitFor({ timeout: 20_000 });
    await engineer.page.getByRole("button", { name: /^My requests/ }).click();
    await article(engineer)
      .getByText(/^(?:Tess Third|Avery Approver) and 1 other have this request open now$/)
      .waitFor({ timeout: 20_000 });
    await tess.page.getByRole("button", { name: "Connections" }).click();
    await article(approver).getByText("has this request open now").waitFor({ state: "detached", timeout: 20_000 });
    await article(engineer).getByText("Avery Approver has this request open now").waitFor({ timeout: 20_000 });
    await tess.page.getByRole("button", { name: /^Inbox/ }).click();
    await button(approver, "Approve").click();
    expect(await answer).toContain("Successfully wrote");
    await article(approver).getByText("has this request open now").waitFor({ state: "detached", timeout: 20_000 });
  });

  it("who both approve: one is recorded, the other sees who and how, and no error; it runs once", async () => {
    const { approver, engineer } = people;
    const { answer } = await writes("both.txt");
    await press([approver, "Approve"], [tess, "Approve"]);
    wire.letGo();
    expect(await answer).toContain("Successfully wrote");
    const [won, lost, winner] = await wonBy("Approved by you.");
    await article(lost)
      .getByText(
        `Approved by ${winner}. The call ran. Its answer went to the caller. Your approval came after that and was not recorded.`,
      )
      .waitFor({ timeout: 20_000 });
    await article(lost).getByText("in a console, device").waitFor();
    expect(await article(won).getByText("came after that").count()).toBe(0);
    for (const seat of [won, lost]) expect(await alerts(seat)).toBe(0);
    expect(await recorded(engineer)).toEqual(["approval.approved"]);
  });

  it("who say the opposite: the first one counts, whichever it is, and the other is told so", async () => {
    const { approver, engineer } = people;
    const denied = await writes("denied-first.txt");
    await press([approver, "Deny"], [tess, "Approve"]);
    wire.letGo(1);
    expect(await denied.answer).toContain("Denied by Avery Approver");
    wire.letGo();
    await article(tess)
      .getByText("Denied by Avery Approver. Nothing was run. Your approval came after that and was not recorded.")
      .waitFor({ timeout: 20_000 });
    expect(await recorded(engineer)).toEqual(["approval.denied"]);

    const approved = await writes("approved-first.txt");
    await press([approver, "Approve"], [tess, "Deny"]);
    wire.letGo(1);
    expect(await approved.answer).toContain("Successfully wrote");
    wire.letGo();
    await article(tess)
      .getByText(/Approved by Avery Approver\. The call ran\..* Your denial came after that and was not recorded\./)
      .waitFor({ timeout: 20_000 });
    expect(await recorded(engineer)).toEqual(["approval.approved"]);
    for (const seat of both()) expect(await alerts(seat)).toBe(0);
  }, 120_000);

  it("one of them from a notification: who clicked too late is told who was first, and no error", async () => {
    const { createQuickDecisions } = await import("../../src/main/quick-decision.ts");
    const { approver, engineer } = people;
    const answer = people.call("customers", "get_customer", { id: "cus_20417" });
    await approver.page.getByRole("option", { name: /get_customer/ }).click({ timeout: 20_000 });
    await expect.poll(() => tess.client.state().approvals[0]?.tool, { timeout: 20_000 }).toBe("get_customer");
    const shown = tess.client.state().approvals[0] ?? expect.fail("nothing is held");
    await press([approver, "Deny"]);
    // As the window opens it for whoever clicks on a notification.
    const open = (id: string | null) => tess.client.show(id);
    const told: string[] = [];
    const tell = (_id: string, make: MakeToast | null) => void told.push(...[make?.(false)?.body ?? []].flat());
    const time = passingTime();
    const decisions = createQuickDecisions({ client: tess.client, open, tell, changed: () => undefined, clock: time });
    const stop = tess.client.onState((state) => decisions.follow(state));
    decisions.decide(shown, "approve");
    time.pass(4000);
    await expect.poll(() => tess.client.state().sending, { timeout: 20_000 }).toHaveLength(1);
    wire.letGo(1);
    expect(await answer).toContain("Nothing was run");
    wire.letGo();
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toBe("Avery Approver denied it first.");
    stop();
    tess.client.show(shown.id);
    await article(tess).getByText("Denied by Avery Approver. Nothing was run.").waitFor({ timeout: 20_000 });
    expect(electron.desktop.dialogs).toEqual([]);
    expect(await alerts(tess)).toBe(0);
    expect(await recorded(engineer)).toEqual(["approval.denied"]);
  });
});

/** Whose page says that they did, the other one, and the name of the first. */
async function wonBy(said: string): Promise<readonly [Seat, Seat, string]> {
  const [one, other] = both();
  const wins = ({ page }: Seat) => page.getByRole("article").getByText(said).count();
  await expect.poll(async () => (await wins(one)) + (await wins(other)), { timeout: 20_000 }).toBe(1);
  return (await wins(one)) === 1 ? [one, other, "Avery Approver"] : [other, one, "Tess Third"];
}
