import type { Page } from "playwright-core";
import { answerSessions } from "../console/replayed.ts";
import type { ConsoleServer } from "../console/server.ts";
import { fullInbox, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const auditor = signedIn(fullInbox(), { roles: ["auditor"] });
const tab = (page: Page) => page.getByRole("button", { name: "Sessions", exact: true }).first().click();
const replayed = async (page: Page, server: ConsoleServer) => {
  answerSessions(server);
  await tab(page);
  await page.getByRole("button", { name: /^Cursor/ }).click();
  await page.getByRole("grid", { name: "Replay" }).waitFor();
};

/** What an auditor sees of MCP clients' sessions. */
export const replayScenes: readonly Scene[] = [
  {
    name: "sessions",
    state: auditor,
    async act(page, server) {
      await replayed(page, server);
      await page.getByRole("row", { name: /Denied/ }).click();
      await page.getByText("Above what PAY-2214 allows").waitFor();
    },
  },
  {
    name: "sessions-compare",
    state: auditor,
    async act(page, server) {
      await replayed(page, server);
      const calls = page.getByRole("row", { name: /Calls, to be held update_customer/ });
      await calls.first().click();
      await page.getByRole("button", { name: "Compare…" }).click();
      await calls.last().click();
      await page.getByRole("heading", { name: "Two calls compared" }).waitFor();
    },
  },
  {
    name: "sessions-none",
    state: auditor,
    async act(page, server) {
      server.answer("sessions.list", { ok: true, value: { sessions: [], next: null, indexed: 9, entries: 9 } });
      await tab(page);
      await page.getByText("What each MCP client does").waitFor();
    },
  },
  {
    name: "sessions-failed",
    state: auditor,
    async act(page, server) {
      server.refuse("sessions.list", { code: "not_allowed", message: "" });
      await tab(page);
      await page.getByRole("alert").waitFor();
    },
  },
];
