import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SessionPart } from "../../../src/shared/audit-sessions.ts";
import { answerAudit } from "../../support/console/audited.ts";
import { answerSessions, replayedSession } from "../../support/console/replayed.ts";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { fullInbox, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const auditor = signedIn(fullInbox(), { roles: ["auditor"] });
const { id } = replayedSession().session;
const link = (session: string, entry: number) =>
  ({ approval: null, page: "sessions", moment: { session, entry } }) as const;
const listed = { next: null, indexed: 1, entries: 1 };
const chosen = (page: Page) => page.getByRole("grid", { name: "Replay" }).locator('tr[aria-selected="true"]');

describe("the page of sessions", () => {
  it("opens at the moment that a link names, also where what began the session was erased since", async () => {
    const { page, server } = await stage.open(auditor);
    answerSessions(server);
    server.show(link(id, 48_132));
    await chosen(page).filter({ hasText: "#48,132" }).waitFor();
    server.show(link("from-3", 48_106));
    await chosen(page).filter({ hasText: "#48,106" }).waitFor();
    server.show(link("from-3", 3));
    await page.getByText("This session could not be read.").waitFor();
  });

  it("opens at the entry that a search found", async () => {
    const { page, server } = await stage.open(auditor);
    answerAudit(server, 2);
    answerSessions(server);
    server.answer("sessions.list", { ok: true, value: { ...listed, sessions: [replayedSession().session] } });
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("button", { name: "Show the newest entries" }).click();
    await page
      .getByRole("row", { name: /update_customer/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Replay its session" }).click();
    await page.getByRole("heading", { name: "Cursor on crm-production" }).waitFor();
    expect(server.calls.find(({ call }) => call === "sessions.list")?.input).toMatchObject({
      entry: expect.any(Number),
    });
  });

  it("asks for nothing where a link comes to somebody who is no auditor", async () => {
    const { page, server } = await stage.open(signedIn(fullInbox()));
    answerSessions(server);
    server.show(link(id, 48_132));
    await page.getByRole("option").first().waitFor();
    expect(await page.getByRole("button", { name: "Sessions", exact: true }).count()).toBe(0);
    expect(server.calls.filter(({ call }) => call.startsWith("sessions."))).toEqual([]);
  });

  it("forgets what one auditor looked at with their role", async () => {
    const { page, server } = await stage.open(auditor);
    answerSessions(server);
    server.show(link(id, 48_132));
    await chosen(page).waitFor();
    server.say({ ...auditor, roles: [] });
    await page.getByRole("grid", { name: "Replay" }).waitFor({ state: "detached" });
    server.say(auditor);
    await page.getByRole("button", { name: "Sessions", exact: true }).click();
    await page.getByText("Choose a session to replay it.").waitFor();
  });

  it("reads a long session part by part, and says of a long body and of one that was erased what is there", async () => {
    const { page, server } = await stage.open(auditor);
    answerSessions(server);
    const whole = replayedSession();
    const bodies = [{ state: "part", text: "{".repeat(65_536), length: 9_000_000 }, { state: "erased" }] as const;
    server.answer("sessions.show", ({ after }) => {
      const rest = whole.moments.filter(({ entry }) => typeof after !== "number" || entry > after);
      const moments = rest.slice(0, 2).map((moment, at) => ({ ...moment, body: bodies[at] ?? moment.body }));
      const next = rest.length > 2 ? (moments.at(-1)?.entry ?? null) : null;
      const value: SessionPart = { ...whole, moments, next };
      return { ok: true, value };
    });
    server.show(link(id, 48_100));
    const rows = page.getByRole("grid", { name: "Replay" }).getByRole("row");
    await expect.poll(() => rows.count()).toBe(whole.moments.length + 1);
    await page.getByText("The first 65,536 of 9,000,000 characters.").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByText("This entry's body was erased.").waitFor();
    await page.getByRole("slider", { name: "Moment" }).fill("4");
    expect(await page.getByRole("slider", { name: "Moment" }).getAttribute("aria-valuetext")).toBe(
      `5 of ${whole.moments.length}: Answered get_customer`,
    );
  });
});
