import type { Page } from "playwright-core";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import { approver, fullInbox, held, inTwoSteps, signedIn } from "../console/states.ts";
import type { ConsoleServer } from "../console/server.ts";
import type { Scene } from "./scene.ts";

const nowMs = Date.now();
const decision = {
  verdict: "approve",
  by: approver,
  device: "dev_5Yt1",
  presence: "window",
  atMs: nowMs - 60_000,
  reason: "Matches PAY-2214",
} as const;
const query = {
  arguments: {
    sql: "select region, sum(amount_cents)\nfrom orders\nwhere day >= '2026-11-01'\ngroup by region",
    limit: 500,
  },
  hidden: [],
};
const branch = { arguments: { repository: "billing/ledger", from: "fix/rounding", into: "main" }, hidden: [] };
const ended = (change: Partial<ApprovalView>) => signedIn([held({ id: "x", ...change }), ...fullInbox()]);
const show = async (page: Page, server: ConsoleServer) => {
  server.show("x");
  await page.getByRole("article").waitFor();
};

/** A request after its decision, in each state that it can come to. */
export const endedScenes: readonly Scene[] = [
  { name: "approved", state: ended({ state: "approved", decision, reuseUntilMs: nowMs + 540_000 }), act: show },
  {
    name: "failed",
    state: ended({
      state: "failed",
      decision,
      outcome: { state: "failed", atMs: nowMs, message: "The target answered with an error: record is locked." },
    }),
    act: show,
  },
  {
    name: "unknown",
    state: ended({
      state: "unknown",
      decision,
      outcome: { state: "unknown", atMs: nowMs, message: "The gateway stopped while the call ran." },
    }),
    act: show,
  },
  { name: "withdrawn", state: ended({ state: "withdrawn" }), act: show },
];

/** What a request looks like at each risk, beside those of high and critical risk. */
export const riskScenes: readonly Scene[] = [
  {
    name: "medium",
    state: signedIn([
      held({ id: "x", tool: "run_query", connection: "warehouse-eu", risk: "medium", payload: query }, 480_000),
      ...fullInbox(),
    ]),
    act: show,
  },
  {
    name: "unfolded",
    state: signedIn([held({ id: "x" }), ...fullInbox()]),
    async act(page, server) {
      await show(page, server);
      await page.getByRole("button", { name: /^Show 1,3/ }).click();
      await page.getByText("masked at the gateway").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "inbox-few",
    state: signedIn([
      held({ id: "x", tool: "merge_branch", connection: "git-main", risk: "medium", payload: branch }, 240_000),
      inTwoSteps({}, 1),
    ]),
    act: show,
  },
];
