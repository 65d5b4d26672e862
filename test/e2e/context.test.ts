import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTwoPeople, type TwoPeople } from "../support/two-people.ts";

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
let people: TwoPeople;
beforeAll(async () => {
  people = await openTwoPeople([{ name: "writes", tools: ["write_*"], ...held, risk: "medium" }]);
});
afterAll(() => people.close());

it("tells the approver of a first time, then of the answer, then what differs from the last approved call", async () => {
  const { page } = people.approver;
  const path = join(people.world.files, "context.txt");
  const first = people.call("files", "write_file", { path, content: "one" });
  await page.getByText("First held call of this tool by anybody").waitFor();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await first;
  await page
    .getByRole("region", { name: "Answer" })
    .getByText(/Successfully wrote/)
    .first()
    .waitFor();

  const second = people.call("files", "write_file", { path, content: "two" });
  await page.getByRole("option", { name: /write_file/ }).click();
  await page.getByText("Asked for this tool 1 time before: 1 approved, 0 denied").waitFor();
  await page.getByText(/^1 changed since the last approved call/).waitFor();
  const changed = page.getByRole("region", { name: "Since the last approved call" }).getByRole("listitem");
  await changed.filter({ hasText: "content" }).filter({ hasText: '"one"' }).getByText('"two"').waitFor();
  await page.getByRole("button", { name: "Deny", exact: true }).click();
  expect(await second).toContain("enied");
});
