import type { Page } from "playwright-core";
import { answerAudit } from "../console/audited.ts";
import { answerActivity } from "../console/audited-activity.ts";
import { fullInbox, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const auditor = signedIn(fullInbox(), { roles: ["auditor"] });
const tab = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).click();
const newest = async (page: Page) => {
  await tab("Search")(page);
  await page.getByRole("button", { name: "Show the newest entries" }).click();
};

/** What an auditor sees: the search in the ledger. */
export const auditScenes: readonly Scene[] = [
  {
    name: "search-questions",
    state: auditor,
    async act(page, server) {
      answerAudit(server, 60);
      answerActivity(server);
      await tab("Search")(page);
      await page.getByRole("button", { name: "nightly-report" }).waitFor();
    },
  },
  {
    name: "search",
    state: auditor,
    async act(page, server) {
      answerAudit(server, 200);
      await newest(page);
      await page.getByRole("searchbox").fill('connection:crm-production "payout limit"');
      await page.keyboard.press("Enter");
      await page.getByRole("combobox", { name: "Time" }).selectOption("week");
      await page
        .getByRole("row", { name: /^.* Call update_customer/ })
        .first()
        .click();
      await page.getByText("Leaf hash").waitFor();
    },
  },
  {
    name: "search-nothing",
    state: auditor,
    async act(page, server) {
      answerAudit(server, 40);
      await newest(page);
      await page.getByRole("combobox", { name: "Time" }).selectOption("today");
      await page.getByRole("searchbox").fill("tool:no_such_tool");
      await page.keyboard.press("Enter");
      await page.getByText("No entry fits.").waitFor();
    },
  },
  {
    name: "search-indexing",
    state: auditor,
    async act(page, server) {
      answerAudit(server, 40, { indexed: 31_000, entries: 48_214 });
      await newest(page);
      await page.getByText("31,000 of 48,214").waitFor();
    },
  },
  {
    name: "search-failed",
    state: auditor,
    async act(page, server) {
      server.refuse("audit.search", { code: "store_failed", message: "" });
      await newest(page);
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "activity",
    state: auditor,
    async act(page, server) {
      answerActivity(server);
      await tab("Activity")(page);
      await page.getByRole("toolbar", { name: /^Calls by day/ }).waitFor();
    },
  },
  {
    name: "activity-hours",
    state: auditor,
    async act(page, server) {
      answerActivity(server, { indexed: 31_000 });
      await tab("Activity")(page);
      await page.getByRole("button", { name: "People" }).click();
      await page.getByRole("combobox", { name: "Period" }).selectOption("yesterday");
      await page.getByRole("button", { name: /^Draw nightly-report/ }).click();
      await page.getByRole("heading", { name: /nightly-report/ }).waitFor();
    },
  },
  {
    name: "activity-table",
    state: auditor,
    async act(page, server) {
      answerActivity(server);
      await tab("Activity")(page);
      await page.getByRole("button", { name: "Table" }).click();
      await page.getByRole("columnheader", { name: "Day" }).waitFor();
    },
  },
  {
    name: "activity-nothing",
    state: auditor,
    async act(page, server) {
      answerActivity(server, {}, true);
      await tab("Activity")(page);
      await page.getByText("Nothing was called in this time.").waitFor();
    },
  },
];
