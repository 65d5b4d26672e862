import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import type { HistoryDetail, HistoryPage } from "../../src/shared/history.ts";
import type { PrincipalView } from "../../src/shared/principal.ts";
import { contextWith } from "../support/console/context.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { pastFigures } from "../support/console/past.ts";
import type { ConsoleServer } from "../support/console/server.ts";
import { held, signedIn } from "../support/console/states.ts";
import { grantOf } from "../support/pictures/decisions.ts";

// Every text that comes from outside is hostile at once, on every page that shows it.

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

/** Reverses what follows, hides, colours a terminal, is markup, and passes for a Latin word. */
const tricks =
  '\u202egnp.\u2066\u200b\u001b[31m\u0007<img src=x onerror="alert(1)"><script>alert(1)</script> \u0430dmin';
const endless = `${tricks}${"W".repeat(100_000)}`;

const personOf = (text: string, id = "demo:mallory"): PrincipalView => ({
  id,
  kind: "user",
  name: text,
  groups: [text],
});

function approvalOf(text: string, change: Partial<ApprovalView> = {}): ApprovalView {
  const decision = {
    verdict: "approve",
    reason: text.slice(0, 1000),
    by: personOf(text, "demo:other"),
    device: text,
    presence: "window",
    atMs: Date.now(),
  } as const;
  const isOver = change.state !== undefined && change.state !== "pending";
  return held(
    {
      risk: "low",
      tool: text,
      connection: text,
      description: text,
      annotations: { title: text, readOnlyHint: true },
      client: { name: text, version: text },
      device: text,
      fingerprint: "f",
      requester: personOf(text),
      rule: { name: text, version: text, why: text },
      approvers: [text],
      steps: [{ approvers: [text], need: "any", approvals: isOver ? [decision] : [], missing: isOver ? 0 : 1 }],
      payload: { arguments: { [text]: text, list: [text] }, hidden: [{ path: [text], kind: text }] },
      decision: isOver ? decision : null,
      outcome: isOver ? { state: "failed", atMs: Date.now(), message: text } : null,
      ...change,
    },
    500_000,
  );
}

function stateOf(text: string): ConsoleState {
  const calm = signedIn([]);
  const grant = { tool: text, connection: text, principal: personOf(text), by: personOf(text) } as const;
  const constraints = [{ argument: text, constraint: "prefix", prefix: text }] as const;
  return {
    ...calm,
    session: { state: "signed-in", account: { ...personOf(text), id: "demo:ada" }, device: text },
    approvals: [
      approvalOf(text, { id: "waits" }),
      approvalOf(text, { id: "waits-too" }),
      approvalOf(text, { id: "over", state: "failed" }),
      approvalOf(text, { id: "own", relation: "requester" }),
      approvalOf(text, { id: "own-over", relation: "requester", state: "failed", createdAtMs: 1 }),
    ],
    grants: [grantOf({ ...grant, constraints: [...constraints] })],
    clients: [{ id: "c", name: text, createdAtMs: 1, lastUsedAtMs: null }],
    connections: [
      {
        name: text,
        title: text,
        transport: "http",
        server: { name: text, version: text },
        state: "failed",
        reason: text,
        url: null,
      },
    ],
  };
}

async function opened(text: string): ReturnType<ConsoleStage["open"]> {
  const { page, server } = await stage.open(null);
  // Texts of 100,000 characters take a loaded machine its time.
  page.setDefaultTimeout(30_000);
  const line: HistoryPage["lines"][number] = {
    kind: "decision",
    id: "over",
    atMs: Date.now(),
    state: "failed",
    risk: "low",
    connection: text,
    tool: text,
    requester: { name: text, kind: "user" },
    verdict: "approve",
    reason: text,
    deciders: [text],
    tookMs: 1,
    entry: 1,
  };
  const detail: HistoryDetail = {
    approval: approvalOf(text, { id: "over", state: "failed" }),
    entries: [],
    checkpoint: null,
  };
  const value = { arguments: { [text]: text }, hidden: [{ path: [text], kind: text }] };
  server.answer("approvals.context", ({ id }) => ({
    ok: true,
    value: contextWith({ id: String(id), answer: { value, length: 1 } }),
  }));
  server.answer("history.list", { ok: true, value: { lines: [line], next: null } satisfies HistoryPage });
  server.answer("history.figures", { ok: true, value: pastFigures });
  server.answer("history.show", { ok: true, value: detail });
  server.refuse("approvals.decide", { code: "rule_changed", message: text });
  server.say(stateOf(text));
  await page.getByRole("article").waitFor({ timeout: 20_000 });
  return { page, server };
}

/** What of the page's texts and names is as it came: characters that hide or turn, names without end, markup. */
async function harm(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    // Line ends and tabs are layout.
    const raw = /(?![\n\t])[\p{Cc}\p{Cf}]/u;
    const found: string[] = [];
    const look = (where: string, text: string | null, most: number): void => {
      if (text === null) return;
      if (raw.test(text)) found.push(`${where}: ${JSON.stringify(text.slice(0, 80))}`);
      if (text.length > most) found.push(`${where} has ${text.length} characters`);
    };
    look("title", document.title, 200);
    look("text", document.body.innerText, 40_000);
    for (const element of document.querySelectorAll("*"))
      for (const name of ["aria-label", "aria-description", "title", "alt", "placeholder", "value"])
        look(`${element.tagName} ${name}`, element.getAttribute(name), 1500);
    if (document.querySelector("img[src=x], body script:not([src])") !== null) found.push("markup");
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`${scrollWidth} wide`);
    return found;
  });
}

const pages: readonly (readonly [string, (page: Page, server: ConsoleServer) => Promise<void>])[] = [
  ["the inbox, waiting", async (page) => page.getByRole("region", { name: "Decision" }).waitFor()],
  [
    "a refused decision, and one that can be undone elsewhere",
    async (page) => {
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      await page.getByRole("alert").waitFor();
      await page.getByRole("button", { name: "Deny", exact: true }).click();
      await page.getByRole("button", { name: /^Grants/ }).click();
      await page.getByText(/is denied in \d s/).waitFor();
    },
  ],
  [
    "the inbox, ended",
    async (page, server) => {
      server.show("over");
      await page.getByRole("region", { name: "Answer" }).waitFor();
    },
  ],
  [
    "my requests",
    async (page) => {
      await page.getByRole("button", { name: /^My requests/ }).click();
      await page.getByRole("heading", { name: /waits for approval$/ }).waitFor();
    },
  ],
  [
    "one of my requests that ended",
    async (page) => {
      await page.getByRole("button", { name: /^My requests/ }).click();
      await page.getByRole("option").last().click();
      await page.getByRole("region", { name: "Answer" }).waitFor();
    },
  ],
  [
    "the history",
    async (page) => {
      await page.getByRole("button", { name: "History", exact: true }).click();
      await page.getByRole("row").nth(1).click();
      await page.getByRole("region", { name: "Answer" }).waitFor();
    },
  ],
  [
    "grants",
    async (page) => {
      await page.getByRole("button", { name: /^Grants/ }).click();
      await page.getByRole("table").first().waitFor();
    },
  ],
  [
    "connections",
    async (page) => {
      await page.getByRole("button", { name: "Connections" }).click();
      await page.getByRole("table").first().waitFor();
    },
  ],
  [
    "the account",
    async (page) => {
      await page.getByRole("button", { name: /^Account of/ }).click();
      await page.getByRole("button", { name: "Sign out" }).waitFor();
    },
  ],
];

describe.each([
  ["that turns, hides and passes for other text", tricks],
  ["of 100,000 characters", endless],
])("text from outside %s", (_name, text) => {
  it.each(pages)(
    "is quoted data in %s",
    async (_page, go) => {
      const { page, server } = await opened(text);
      await go(page, server);
      await page.getByText("U+202E").first().waitFor({ state: "attached" });
      await page.getByText("U+200B").first().waitFor({ state: "attached" });
      await page.getByText("U+001B").first().waitFor({ state: "attached" });
      expect(await harm(page)).toEqual([]);
    },
    60_000,
  );
});
