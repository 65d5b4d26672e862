import type { Page } from "playwright-core";
import type { ApprovalView } from "../../../src/shared/approval.ts";
import type { GrantView } from "../../../src/shared/grant.ts";
import { approver, engineer, fullInbox, held, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const nowMs = Date.now();
const matching = { number: null, wrong: 0, most: 3 } as const;
const critical = (change: Partial<ApprovalView> = {}) =>
  held({ tool: "delete_branch", connection: "git-main", risk: "critical", matching, ...change }, 500_000);
const of = (...approvals: ApprovalView[]) => signedIn([...approvals, ...fullInbox()]);
const granted = held(
  {
    tool: "write_file",
    connection: "reports-share",
    risk: "medium",
    payload: {
      arguments: { path: "reports/2026/a.md", mode: "append", content: "••••" },
      hidden: [{ path: ["content"], kind: "field" }],
    },
    grants: {
      longestMs: 28_800_000,
      mostUses: 50,
      constraints: ["equal", "prefix", "any"],
      arguments: ["path", "mode", "content"].map((name) => ({
        name,
        digest: "d".repeat(43),
        plain: name !== "content",
      })),
    },
  },
  500_000,
);

/** A live grant of the engineer's, by the approver. */
export function grantOf(change: Partial<GrantView> = {}): GrantView {
  return {
    id: `grt_${Math.random()}`,
    state: "live",
    relation: "approver",
    approval: "apr_1",
    principal: engineer,
    by: approver,
    device: "dev_5Yt1",
    presence: "window",
    connection: "reports-share",
    tool: "write_file",
    fingerprint: "f".repeat(43),
    rule: { name: "reports", version: "9f2c41ab" },
    risk: "medium",
    approvers: ["security-approvers"],
    constraints: [
      { argument: "path", constraint: "prefix", prefix: "reports/2026/" },
      { argument: "mode", constraint: "equal", digest: "d".repeat(43), shown: "append", hidden: [] },
      { argument: "content", constraint: "any" },
    ],
    uses: 3,
    mostUses: 10,
    createdAtMs: nowMs - 600_000,
    endsAtMs: nowMs + 3_000_000,
    lastUsedAtMs: nowMs - 60_000,
    end: null,
    ...change,
  };
}

const grants = [
  grantOf(),
  grantOf({ tool: "run_query", connection: "warehouse-eu", constraints: [], uses: 0, mostUses: 1 }),
  grantOf({
    relation: "holder",
    principal: approver,
    by: engineer,
    tool: "restart_service",
    connection: "edge-proxies",
  }),
  grantOf({ state: "used-up", uses: 10, end: { atMs: nowMs - 20_000, why: "All its uses are used.", by: null } }),
];
const open = (tool: string) => (page: Page) => page.getByRole("option", { name: tool }).first().click();
const button = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).click();

export const decisionScenes: readonly Scene[] = [
  { name: "critical", state: of(critical()), act: open("delete_branch on git-main") },
  {
    name: "critical-number",
    state: of(critical({ matching: { ...matching, wrong: 1 } })),
    async act(page) {
      await open("delete_branch on git-main")(page);
      await page.getByLabel("Reason").fill("Release is out, branch replaced by tag");
      await page.getByRole("textbox", { name: "Number on the requester’s screen" }).fill("4");
    },
  },
  {
    name: "critical-ready",
    state: of(critical()),
    async act(page) {
      await open("delete_branch on git-main")(page);
      await page.getByLabel("Reason").fill("Release is out");
      await page.getByRole("textbox", { name: "Number on the requester’s screen" }).fill("47");
    },
  },
  {
    name: "critical-locked",
    state: signedIn([critical({ id: "x", state: "denied", matching: { ...matching, wrong: 3 } })]),
    async act(page, server) {
      server.show("x");
      await page.getByRole("article").waitFor();
    },
  },
  {
    name: "own-number",
    state: signedIn([
      critical({ relation: "requester", matching: { number: "47", wrong: 1, most: 3 } }),
      held({ relation: "requester", tool: "write_file", connection: "files", risk: "medium" }),
    ]),
    act: (page) => page.getByRole("button", { name: /^My requests/ }).click(),
  },
  { name: "grant-offer", state: of(granted), act: open("write_file on reports-share") },
  {
    name: "granting",
    state: of(granted),
    async act(page) {
      await open("write_file on reports-share")(page);
      await button("Approve and allow similar…")(page);
      await page.getByLabel("How path is bound").selectOption("beginning with");
    },
  },
  {
    name: "granting-fault",
    state: of(granted),
    async act(page) {
      await open("write_file on reports-share")(page);
      await button("Approve and allow similar…")(page);
      await page.getByLabel("How path is bound").selectOption("beginning with");
      await page.getByLabel("What path begins with").fill("reports/20");
      await page.getByLabel("How content is bound").selectOption("anything");
    },
  },
  { name: "grants", state: signedIn([], { grants }), act: button("Grants") },
  {
    name: "grants-revoking",
    state: signedIn([], { grants }),
    async act(page) {
      await button("Grants")(page);
      await button("Show 1 ended grant")(page);
      await page
        .getByRole("button", { name: /^Revoke write_file/ })
        .first()
        .click();
    },
  },
  { name: "grants-empty", state: signedIn([]), act: button("Grants") },
  {
    name: "equal",
    state: of(held({ risk: "low" }, 600_000), held({ risk: "low" }, 600_000), held({ risk: "low" }, 600_000)),
    act: open("update_customer on crm-production, Low"),
  },
  { name: "deny-all", state: of(held()), act: button("Deny all…") },
  {
    name: "denying-all",
    state: of(held()),
    async act(page) {
      await button("Deny all…")(page);
      await page.getByLabel("Reason for all").fill("Nothing runs tonight");
      await page.getByRole("button", { name: /^Deny 10$/ }).click();
    },
  },
];
