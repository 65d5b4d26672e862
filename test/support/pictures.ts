import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import { buildConsole } from "./console/build.ts";
import { answerHistory, pastFigures } from "./console/past.ts";
import { serveTestConsole, type ConsoleServer } from "./console/server.ts";
import { contextScenes } from "./pictures/context.ts";
import { decisionScenes } from "./pictures/decisions.ts";
import { inboxScenes } from "./pictures/inbox.ts";
import type { Scene } from "./pictures/scene.ts";
import { approver, customerPayload, engineer, fullInbox, held, inTwoSteps, signedIn } from "./console/states.ts";

// Pictures of the console in every state: `node test/support/pictures.ts FOLDER`.

const nowMs = Date.now();
const none = { approved: 0, denied: 0, expired: 0 };
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
const choose = (name: RegExp) => (page: Page) => page.getByRole("option", { name }).click();
const show = (id: string) => async (page: Page, server: ConsoleServer) => {
  server.show(id);
  await page.getByRole("article").waitFor();
};
const tab = (name: RegExp) => (page: Page) => page.getByRole("button", { name }).click();

const scenes: readonly Scene[] = [
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
  { name: "ledger", state: { ...inbox, ledger: { code: "ledger_inconsistent", message: "Smaller than before." } } },
  { name: "empty", state: signedIn([]) },
  { name: "loading", state: null, act: (page) => page.waitForTimeout(500) },
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
  { name: "connections", state: inbox, act: tab(/^Connections/) },
  { name: "paused", state: { ...inbox, pause: { untilMs: nowMs + 900_000 } }, act: tab(/^Connections/) },
  {
    name: "requests",
    state: signedIn([
      held({ relation: "requester", tool: "write_file", connection: "files", risk: "medium" }),
      held({ relation: "requester", state: "denied", decision: { ...decision, verdict: "deny" } }),
      held({ relation: "requester", state: "expired", payload: customerPayload }),
    ]),
    act: tab(/^My requests/),
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

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node test/support/pictures.ts FOLDER [SCENE…]");
const wanted = process.argv.slice(3);
await mkdir(folder, { recursive: true });
const built = await buildConsole();
const browser = await launchBrowser();
try {
  for (const scene of scenes.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) await take(scene);
} finally {
  await browser.close();
  await built.remove();
}

async function take({ name, state, act }: Scene): Promise<void> {
  const server = await serveTestConsole(built.folder, state);
  server.refuse("approvals.decide", { code: "digest_mismatch", message: "" });
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1180, 620]) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 760 },
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      page.on("console", (message) => process.stderr.write(`${name}: ${message.text()}\n`));
      page.on("pageerror", (error) => process.stderr.write(`${name}: ${String(error)}\n`));
      await page.goto(server.link());
      if (state !== null) await page.getByRole("banner").getByText(/./).first().waitFor();
      await page.waitForTimeout(150);
      await act?.(page, server);
      await page.waitForTimeout(100);
      await page.screenshot({ path: join(folder as string, `${name}-${colorScheme}-${width}.png`) });
      await context.close();
    }
  await server.close();
}
