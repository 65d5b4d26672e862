import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadKeys } from "../../src/gateway/keys.ts";
import { openStore } from "../../src/gateway/store/open-store.ts";
import { openTwoPeople, type TwoPeople } from "../support/two-people.ts";

const many = 130;
const dayMs = 86_400_000;
let people: TwoPeople;
beforeAll(async () => {
  people = await openTwoPeople([
    { name: "writes", tools: ["write_*"], groups: ["engineers"], effect: "approve", approvers: ["approvers"] },
    { name: "no-deleting", tools: ["delete_*"], effect: "deny" },
    { name: "reads", tools: ["get_*", "list_*"], groups: ["engineers"], effect: "allow", readOnly: true },
  ]);
  await people.world.restart(() => fill(people));
  for (const { client, page } of [people.engineer, people.approver]) {
    await client.call("gateway.retry", {}, "window");
    await page.getByText("Connected", { exact: true }).waitFor();
  }
  const answers = [
    people.call("customers", "get_customer", { id: "cus_1002" }),
    people.call("customers", "delete_customer", { id: "cus_1002" }),
  ];
  await Promise.all(answers);
});
afterAll(() => people.close());

/** The day of the calls that were filled in, by this machine's calendar. */
const filledOn = new Date(Date.now() - dayMs).toLocaleDateString("sv-SE");

/** A hundred calls of a service, of this time yesterday. */
async function fill({ world }: TwoPeople): Promise<void> {
  const keys = await loadKeys(join(dirname(world.data), "keys"));
  const origin = new URL(world.url).host;
  const store = await openStore({ folder: world.data, keys, origin, now: () => Date.now() - dayMs });
  const nightly = { id: "staff:nightly", kind: "service", name: "nightly-report", state: "n1" };
  const seen = { groups: [], issuer: "staff", roles: [], assurance: null };
  await store.commit((writes) => {
    writes.append("principal.seen", { ...nightly, ...seen });
    for (let n = 0; n < many; n += 1) {
      writes.append("call.request", {
        call: `cal_n${n}`,
        principal: nightly,
        device: null,
        client: null,
        address: "127.0.0.1",
        connection: "warehouse",
        era: "modern",
        method: "tools/call",
        name: "run_query",
        params: { arguments: { table: `orders_${n}`, card: "••••4242" } },
        hidden: [{ path: ["arguments", "card"], kind: "credit_card" }],
        effect: "allow",
        rule: { name: "reports", version: "1" },
      });
      writes.append("call.response", {
        call: `cal_n${n}`,
        outcome: "ok",
        ms: 12,
        messages: 1,
        bytes: 300,
        response: { result: { content: [{ type: "text", text: `=${n} rows <b>returned</b>` }] } },
        hidden: [],
      });
    }
  });
  await store.close();
}

const page = () => people.approver.page;
const tab = (name: string) => page().getByRole("button", { name, exact: true }).click();
const rows = () =>
  page()
    .getByRole("row")
    .filter({ has: page().getByRole("gridcell") });
const side = () => page().getByRole("complementary", { name: "Selected entry" });

describe("an auditor's console", () => {
  it("has pages that nobody else's has", async () => {
    await page().getByRole("group", { name: "Audit" }).waitFor();
    expect(await people.engineer.page.getByRole("group", { name: "Audit" }).count()).toBe(0);
    expect(await people.engineer.page.getByRole("button", { name: "Search", exact: true }).count()).toBe(0);
  });

  it("answers who used a tool on a day, and shows one entry whole with what was returned", async () => {
    await tab("Search");
    const question = page().getByRole("form", { name: "Who used this tool on that day?" });
    await question.getByLabel("Tool").fill("get_customer");
    await question.getByRole("button", { name: "Show" }).click();
    await page().getByText("1 entry", { exact: true }).waitFor();
    await page()
      .getByRole("row", { name: /Call get_customer customers/ })
      .click();
    await side().getByText("Leaf hash").waitFor();
    expect(await side().innerText()).toMatch(/get_customer on customers.*Who.*Rule\s+reads/s);
    await side().getByRole("button", { name: "Answer" }).click();
    await side().getByText("this entry").waitFor();
    await side().getByText("Took").waitFor();
    expect(await side().innerText()).toMatch(/Outcome\s*ok.*response.*hidden|masked/s);
    await side().getByRole("button", { name: "Replay its session" }).click();
    await page().locator('button[aria-current="page"]', { hasText: "Sessions" }).waitFor();
    await page().getByText("get_customer").first().waitFor();
    await tab("Search");
  });

  it("answers what was returned to a service with one press, more of it as one comes to the end", async () => {
    await page().getByRole("button", { name: "Remove all" }).click();
    const question = page().getByRole("form", { name: "What was returned to this service account?" });
    await question.getByLabel("Day").fill(filledOn);
    await question.getByRole("button", { name: "nightly-report" }).click();
    await page().getByText("The newest 100 entries").waitFor();
    expect(await rows().count()).toBeGreaterThan(10);
    expect(await rows().count()).toBeLessThan(80);
    await page()
      .getByRole("grid")
      .evaluate((grid) => grid.parentElement?.scrollTo(0, 1e9));
    await page().getByText(`${many} entries`, { exact: true }).waitFor();
    await page()
      .getByRole("row", { name: /Answer run_query/ })
      .last()
      .click();
    await side().getByText("<b>returned</b>").waitFor();
  });

  it("narrows by words and filters, each a chip that can be taken away", async () => {
    const field = page().getByRole("searchbox", { name: "Search the ledger" });
    await field.fill("kind:call.request orders_7*");
    await field.press("Enter");
    await page().getByText("11 entries", { exact: true }).waitFor();
    await page().getByRole("button", { name: "Remove the filter Words orders_7*" }).click();
    await page().getByText("The newest 100 entries").waitFor();
    await field.fill("rule:none_of_these");
    await field.press("Enter");
    await page().getByText("No entry fits.").waitFor();
    await page().getByRole("button", { name: "Remove the filter Rule none_of_these" }).click();
    await page().getByText("The newest 100 entries").waitFor();
  });

  it("exports what is found, all of it, with no cell that a spreadsheet would run", async () => {
    for (const [name, file] of [
      ["CSV, for a spreadsheet", "countersign-ledger.csv"],
      ["JSON Lines", "countersign-ledger.jsonl"],
    ] as const) {
      await page().getByRole("button", { name: "Export…" }).click();
      const downloading = page().waitForEvent("download");
      await page().getByRole("button", { name }).click();
      const download = await downloading;
      expect(download.suggestedFilename()).toBe(file);
      const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
      expect(lines).toHaveLength(file.endsWith("csv") ? many + 1 : many);
      expect(lines.at(-1)).toContain("nightly-report");
    }
  });

  it("draws what went on, in the dark too; a bar opens exactly the entries that it counts", async () => {
    await page().emulateMedia({ colorScheme: "dark" });
    await tab("Activity");
    const calls = page().getByRole("toolbar", { name: /^Calls by day/ });
    await calls.getByRole("button", { name: `: ${many} calls. Show the entries` }).waitFor();
    await page()
      .getByRole("toolbar", { name: /^Denied by day/ })
      .getByRole("button", { name: ": 1 denial." })
      .waitFor();
    await page().getByRole("button", { name: "People" }).click();
    await page().getByRole("button", { name: "Draw nightly-report (service) alone" }).click();
    const masked = page().getByRole("toolbar", { name: /^Masked fields by day/ });
    // By the keyboard: one stop for each lane, arrows within it.
    await masked.getByRole("button").focus();
    await page().keyboard.press("Enter");
    await page().getByText("The newest 100 entries").waitFor();
    await page()
      .getByRole("grid")
      .evaluate((grid) => grid.parentElement?.scrollTo(0, 1e9));
    await page().getByText(`${many} entries`, { exact: true }).waitFor();
    await page().getByRole("button", { name: "Remove the filter Counted as with masked fields" }).waitFor();
  });

  it("says the same figures as a table, each a way to its entries", async () => {
    await tab("Activity");
    await page().getByRole("button", { name: "Show all" }).click();
    await page().getByRole("button", { name: "Table" }).click();
    await page()
      .getByRole("button", { name: /: 1 denial\. Show the entries/ })
      .click();
    await page().getByText("1 entry", { exact: true }).waitFor();
    await page()
      .getByRole("row", { name: /Call refused delete_customer/ })
      .waitFor();
  });
});
