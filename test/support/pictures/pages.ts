import type { Page } from "playwright-core";
import { answerHistory, pastFigures } from "../console/past.ts";
import { approver, customerPayload, fullInbox, held, inTwoSteps, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const nowMs = Date.now();
const none = { approved: 0, denied: 0, expired: 0 };
const decision = {
  by: approver,
  device: "dev_5Yt1",
  presence: "window",
  atMs: nowMs,
  reason: "Not our customer",
} as const;
const other = { ...approver, id: "demo:tess", name: "Tess Third" };
const inbox = signedIn(fullInbox());
const choose = (name: RegExp) => (page: Page) => page.getByRole("option", { name }).click();
const tab = (name: RegExp) => (page: Page) => page.getByRole("button", { name }).click();

/** The pages beside the inbox, the help, and who is signed in. */
export const pageScenes: readonly Scene[] = [
  { name: "connections", state: inbox, act: tab(/^Connections/) },
  {
    name: "connections-none",
    state: signedIn([], { connections: [], clients: [], tunnel: { state: "closed" } }),
    act: tab(/^Connections/),
  },
  { name: "paused", state: { ...inbox, pause: { untilMs: nowMs + 900_000 } }, act: tab(/^Connections/) },
  {
    name: "requests",
    state: signedIn([
      held({ relation: "requester", tool: "write_file", connection: "files", risk: "medium" }),
      held({ relation: "requester", state: "denied", decision: { ...decision, by: other, verdict: "deny" } }),
      held({ relation: "requester", state: "expired", payload: customerPayload }),
    ]),
    act: tab(/^My requests/),
  },
  { name: "requests-empty", state: signedIn([]), act: tab(/^My requests/) },
  {
    name: "requests-ended",
    state: signedIn([
      held({
        id: "own",
        relation: "requester",
        state: "denied",
        decision: { ...decision, by: other, verdict: "deny" },
      }),
      held({ relation: "requester", tool: "write_file", connection: "files", risk: "medium" }),
    ]),
    async act(page) {
      await tab(/^My requests/)(page);
      await choose(/update_customer .* Denied/)(page);
    },
  },
  {
    name: "requests-waiting",
    state: signedIn([
      inTwoSteps({ id: "mine", relation: "requester", createdAtMs: nowMs }, 1),
      held({ relation: "requester", state: "withdrawn" }),
    ]),
    async act(page) {
      await tab(/^My requests/)(page);
      await choose(/update_customer .* Waiting/)(page);
      await page.getByRole("button", { name: "Withdraw…" }).click();
    },
  },
  {
    name: "history",
    state: inbox,
    async act(page, server) {
      answerHistory(server, 700);
      await tab(/^History/)(page);
      await page
        .getByRole("row", { name: /drop_table/ })
        .first()
        .click();
      await page.getByText("Under a signed checkpoint").waitFor();
    },
  },
  {
    name: "history-requests",
    state: inbox,
    async act(page, server) {
      answerHistory(server, 40);
      await tab(/^History/)(page);
      await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "My requests" }).click();
      await page
        .getByRole("row", { name: /Expired/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "history-empty",
    state: inbox,
    async act(page, server) {
      answerHistory(server, 0);
      server.answer("history.figures", {
        ok: true,
        value: { ...pastFigures, days: pastFigures.days.map(() => none), total: none, typicalMs: null },
      });
      await tab(/^History/)(page);
      await page.getByRole("heading", { name: "You have decided nothing yet" }).waitFor();
    },
  },
  {
    name: "history-failed",
    state: inbox,
    async act(page, server) {
      server.refuse("history.list", { code: "gateway_unreachable", message: "" });
      await tab(/^History/)(page);
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "help", state: inbox, act: (page) => page.keyboard.press("?") },
  {
    name: "account",
    state: inbox,
    async act(page) {
      await page.getByRole("button", { name: /^Account/ }).click();
    },
  },
];
