import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shell } from "../cli/shell.ts";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
let people: TwoPeople;
beforeAll(async () => {
  people = await openTwoPeople([
    { name: "moves", tools: ["move_file"], ...held, risk: "critical" },
    {
      name: "writes",
      tools: ["write_file"],
      ...held,
      risk: "medium",
      grants: { longest: "8h", mostUses: 20, constraints: ["equal", "prefix", "any"] },
    },
    { name: "contacts", tools: ["update_customer"], ...held, risk: "low" },
    { name: "reads", tools: ["read_*"], groups: ["engineers"], effect: "allow" },
  ]);
});
afterAll(() => people.close());

const button = ({ page }: Seat, name: string | RegExp) =>
  page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });
const field = ({ page }: Seat, name: string) => page.getByRole("textbox", { name });

/** The request stays on the page once it is decided: the next one is chosen from the list. */
async function open({ page }: Seat, tool: string): Promise<void> {
  await page.getByRole("option", { name: tool }).first().click();
  await page.getByRole("heading", { name: new RegExp(`wants to run ${tool}`) }).waitFor();
}

describe("a critical call between two people", () => {
  it("is approved after the number that the requester's console alone shows, and not by another", async () => {
    const { engineer, approver, world } = people;
    await writeFile(join(world.files, "from.txt"), "moved");
    const paths = { source: join(world.files, "from.txt"), destination: join(world.files, "to.txt") };
    const answer = people.call("files", "move_file", paths);
    await open(approver, "move_file");
    await button(engineer, /^My requests/).click();
    const own = engineer.page.getByRole("group", { name: "Your number" });
    const number = (await own.locator("b").innerText()).trim();
    expect(number).toMatch(/^[1-9]\d$/);
    // The approver's side has it nowhere, on the page or in what its owner knows.
    expect(approver.client.state().approvals.map(({ matching }) => matching?.number)).toEqual([null]);

    // A terminal, which a model may read, has it for neither, and approves nothing.
    const id = approver.client.state().approvals[0]?.id ?? "";
    for (const seat of [engineer, approver]) {
      const { stdout } = await shell("approvals", "show", id, "--json", "--profile", seat.directory);
      expect(JSON.parse(stdout)).toMatchObject({ id, matching: { number: null } });
    }
    expect(await shell("approvals", "approve", id, "--profile", approver.directory)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("A critical call is approved in the console's window") as string,
    });

    await field(approver, "Reason").fill("Replaced by a tag");
    expect(await button(approver, "Approve after the number").isDisabled()).toBe(true);
    const wrong = number === "99" ? "98" : String(Number(number) + 1);
    await field(approver, "Number on the requester’s screen").fill(wrong);
    await button(approver, "Approve").click();
    await approver.page.getByRole("alert").getByText("That is not the number on the requester’s screen.").waitFor();
    await own.getByText("1 wrong number so far; at 3 the request is denied.").waitFor();

    await field(approver, "Number on the requester’s screen").fill(number);
    await button(approver, "Approve").click();
    await approver.page.getByText(/Approved by you\. The call ran\./).waitFor();
    expect(await answer).not.toContain(`"${number}"`);
    expect(await readFile(paths.destination, "utf8")).toBe("moved");
    await own.waitFor({ state: "detached" });
  });

  it("is denied for both by the third wrong number", async () => {
    const { engineer, approver, world } = people;
    const paths = { source: join(world.files, "no.txt"), destination: join(world.files, "never.txt") };
    const answer = people.call("files", "move_file", paths);
    await open(approver, "move_file");
    await field(approver, "Reason").fill("Guessing");
    await button(engineer, /^My requests/).click();
    const shown = await engineer.page.getByRole("group", { name: "Your number" }).locator("b").innerText();
    const guesses = ["11", "22", "33", "44"].filter((guess) => guess !== shown.trim()).slice(0, 3);
    for (const [at, guess] of guesses.entries()) {
      await field(approver, "Number on the requester’s screen").fill(guess);
      await button(approver, "Approve").click();
      if (at < 2) await approver.page.getByText(new RegExp(`${at + 1} wrong numbers? so far`)).waitFor();
    }
    await approver.page.getByText("Denied, since 3 wrong numbers were named. Nothing was run.").waitFor();
    await engineer.page.getByText(/Denied, since 3 wrong numbers were named\./).waitFor();
    expect(await answer).toContain("Denied: 3 wrong numbers were named");
  });
});

describe("a grant between two people", () => {
  it("is made beside an approval, lets similar calls run, and shows live on both sides until it is revoked", async () => {
    const { engineer, approver, world } = people;
    const write = (name: string) =>
      people.call("files", "write_file", { path: join(world.files, name), content: `in ${name}` });
    const first = write("one.txt");
    await open(approver, "write_file");
    await button(approver, "Approve and allow similar…").click();
    await approver.page.getByLabel("How path is bound").selectOption("beginning with");
    expect(await field(approver, "What path begins with").inputValue()).toBe(`${world.files}/`);
    await field(approver, "What path begins with").fill(world.files);
    expect(await button(approver, "Approve and allow").isDisabled()).toBe(true);
    await approver.page.getByText(/A beginning is as the value shown, and ends with a separator/).waitFor();
    await approver.page.keyboard.press("Escape");
    await field(approver, "What path begins with").fill(`${world.files}/`);
    await approver.page.getByLabel("How content is bound").selectOption("anything");
    await field(approver, "Later calls").fill("3");
    await approver.page
      .getByText(
        /may run write_file on files 3 more times until .* without asking, with path beginning with .* content being anything\./,
      )
      .waitFor();
    await button(approver, "Approve and allow").click();
    expect(await first).toContain("Successfully wrote");

    await button(approver, "Grants").click();
    await button(engineer, "Grants").click();
    await approver.page.getByText("0 of 3").waitFor();
    expect(await write("two.txt")).toContain("Successfully wrote");
    for (const seat of [approver, engineer]) await seat.page.getByText("1 of 3").waitFor();

    await button(engineer, /^Revoke write_file/).click();
    await button(engineer, "Revoke now").click();
    for (const seat of [approver, engineer]) await seat.page.getByRole("heading", { name: "No grant lives" }).waitFor();
    const third = write("three.txt");
    await button(approver, /^Inbox/).click();
    await open(approver, "write_file");
    await approver.page.keyboard.press("d");
    await button(approver, "Undo").waitFor();
    expect(await third).toContain("Denied by Avery Approver");
  });
});

describe("several requests at once", () => {
  it("equal ones run by one press, each signed; the others are denied together, with one reason", async () => {
    const { approver } = people;
    const update = (id: string, phone: string) =>
      people.call("customers", "update_customer", { id, changes: { phone } });
    const equal = [update("cus_20417", "+1 202 555 0101"), update("cus_20417", "+1 202 555 0102")];
    const other = update("cus_20418", "+1 202 555 0103");
    await expect.poll(() => approver.page.getByRole("option").count()).toBe(3);
    await approver.page.getByRole("option").first().click();
    await button(approver, "Approve 2 equal").click();
    for (const answer of await Promise.all(equal)) expect(answer).not.toContain("Denied");
    await button(approver, "Deny all…").click();
    await field(approver, "Reason for all").fill("Not today");
    await button(approver, "Deny 1").click();
    expect(await other).toContain("Not today");
    const states = () =>
      approver.client.state().approvals.flatMap(({ tool, state }) => (tool === "update_customer" ? [state] : []));
    await expect.poll(states).not.toContain("pending");
  });
});
