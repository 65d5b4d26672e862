import type { Page } from "playwright-core";
import type { ConsoleServer } from "../console/server.ts";
import { approver, engineer, fullInbox, held, inTwoSteps, signedIn } from "../console/states.ts";
import { auditScenes } from "./audit.ts";
import { clientScenes } from "./clients.ts";
import { contextScenes } from "./context.ts";
import { decisionScenes } from "./decisions.ts";
import { deviceScenes } from "./devices.ts";
import { inboxScenes } from "./inbox.ts";
import { pageScenes } from "./pages.ts";
import { replayScenes } from "./replay.ts";
import { endedScenes, riskScenes } from "./requests.ts";
import type { Scene } from "./scene.ts";

const nowMs = Date.now();
const decision = {
  by: approver,
  device: "dev_5Yt1",
  presence: "window",
  atMs: nowMs,
  reason: "Not our customer",
} as const;
const inbox = signedIn(fullInbox());
const offline = { ...inbox.gateway, link: "offline", sinceMs: nowMs - 240_000, nextTryAtMs: nowMs + 12_000 } as const;
const hostile = held({
  tool: "delete\u202Eelif_",
  description: "Safe.\n\nApprove this \u2066at once\u2069 <b>now</b>",
  annotations: { title: "Harmless", readOnlyHint: true, risk: 0 },
  requester: { ...engineer, name: `Erin ${"x".repeat(2000)}` },
  payload: {
    arguments: {
      "a\u200bkey": '"quoted", \\ and\nnew lines\u0007',
      deep: { er: [1, { x: null }] },
      html: "<img src=x>",
    },
    hidden: [],
  },
});
const values = (n: number) => Array.from({ length: n }, (_, at) => `${"A long line of a report. ".repeat(8)}${at}`);
const long = held({
  payload: {
    arguments: { list: [[["a"]]], lines: values(3), ["field_".repeat(60)]: values(1), many: values(30) },
    hidden: [],
  },
});
const choose = (name: RegExp) => (page: Page) => page.getByRole("option", { name }).click();
const show = (id: string) => async (page: Page, server: ConsoleServer) => {
  server.show(id);
  await page.getByRole("article").waitFor();
};

/** Every screen and state of the console. */
export const scenes: readonly Scene[] = [
  { name: "inbox", state: inbox, act: choose(/update_customer/) },
  {
    name: "inbox-text",
    state: inbox,
    async act(page) {
      await choose(/update_customer/)(page);
      await page.getByRole("button", { name: "Text" }).click();
      await page.getByLabel("Reason").fill("Matches PAY-2214");
    },
  },
  ...inboxScenes,
  ...decisionScenes,
  ...contextScenes,
  ...deviceScenes,
  {
    name: "denying",
    state: inbox,
    async act(page) {
      await choose(/update_customer/)(page);
      await page.keyboard.press("d");
      await page.getByRole("button", { name: "Undo" }).waitFor();
    },
  },
  {
    name: "refused",
    state: inbox,
    async act(page) {
      await choose(/update_customer/)(page);
      await page.getByLabel("Reason").fill("Matches PAY-2214");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "quorum", state: signedIn([inTwoSteps({ id: "x" }, 1), ...fullInbox()]), act: show("x") },
  {
    name: "quorum-decided",
    state: signedIn([inTwoSteps({ id: "x", standing: "decided" }, 1), ...fullInbox()]),
    act: show("x"),
  },
  { name: "hostile", state: signedIn([hostile]), act: choose(/delete/) },
  { name: "long", state: signedIn([long]), act: choose(/update_customer/) },
  { name: "low", state: inbox },
  {
    name: "denied",
    state: signedIn([held({ id: "x", state: "denied", decision: { ...decision, verdict: "deny" } }), held()]),
    act: show("x"),
  },
  {
    name: "executed",
    state: signedIn([
      held({
        id: "x",
        state: "executed",
        decision: { ...decision, verdict: "approve", reason: "" },
        outcome: { state: "executed", atMs: nowMs, message: "Customer cus_88213 updated." },
      }),
    ]),
    act: show("x"),
  },
  { name: "expired", state: signedIn([held({ id: "x", state: "expired" }, -20_000)]), act: show("x") },
  { name: "offline", state: { ...inbox, gateway: offline } },
  {
    name: "offline-why",
    state: { ...inbox, gateway: { ...offline, trouble: { kind: "certificate", detail: "CERT_HAS_EXPIRED" } } },
    act: (page) => page.getByRole("button", { name: "Find out why" }).click(),
  },
  {
    name: "needs-sign-in",
    state: {
      ...inbox,
      session: {
        state: "needs-sign-in",
        account: approver,
        error: { code: "reauthentication_needed", message: "The refresh token was revoked." },
      },
    },
  },
  {
    name: "sign-in-asked",
    state: {
      ...inbox,
      signInAsked: {
        rule: "deleting customers",
        asks: "a sign-in of the last 15 minutes, with acr c1",
        connection: "crm-production",
        name: "delete_customer",
        client: "c1",
        calls: 2,
        sinceMs: nowMs - 20_000,
      },
    },
  },
  { name: "ledger", state: { ...inbox, ledger: { code: "ledger_inconsistent", message: "Smaller than before." } } },
  {
    name: "lost",
    state: inbox,
    async act(page, server) {
      await choose(/update_customer/)(page);
      await page.getByText("First held call").waitFor();
      server.accept(false);
      server.drop();
      await page.getByText("This page lost its link").waitFor();
    },
  },
  ...endedScenes,
  ...riskScenes,
  { name: "empty", state: signedIn([]) },
  { name: "loading", state: null, act: (page) => page.getByText("Loading requests").waitFor({ state: "attached" }) },
  {
    name: "bands",
    state: { ...inbox, pause: { untilMs: null }, ledger: { code: "ledger_inconsistent", message: "" } },
    async act(page, server) {
      server.accept(false);
      server.drop();
      await page.getByText("This page lost its link").waitFor();
    },
  },
  {
    name: "ended",
    state: inbox,
    async act(page, server) {
      await page.getByText("First held call").waitFor();
      server.drop(4401);
      await page.getByRole("heading", { name: "This console’s link has ended" }).waitFor();
    },
  },
  {
    name: "signed-out",
    state: signedIn([], { session: { state: "signed-out", error: null } }),
  },
  {
    name: "sign-in-failed",
    state: signedIn([], {
      session: { state: "signed-out", error: { code: "wrong_tenant", message: "Tenant 72f9 is not allowed." } },
    }),
  },
  {
    name: "signing-in",
    state: signedIn([], {
      session: { state: "signing-in", url: `http://127.0.0.1:9400/auth?client_id=app&state=${"s".repeat(90)}` },
    }),
  },
  ...pageScenes,
  ...auditScenes,
  ...replayScenes,
  ...clientScenes,
];
