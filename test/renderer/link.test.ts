import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { held, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const ended = { name: "This console’s link has ended" } as const;

describe("the console's link", () => {
  it("spends its code, clears it from the address, and shows the state", async () => {
    const { page, server } = await stage.open(signedIn([held()]));
    await page.getByRole("option", { name: /update_customer on crm-production/ }).waitFor();
    expect(page.url()).toBe(`${new URL(server.link()).origin}/`);
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([
      0,
      0,
      "",
    ]);
    expect(await stage.clear()).toEqual([]);
  });

  it("says how to get a new link after a reload", async () => {
    const { page } = await stage.open(signedIn([]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    await page.reload();
    await page.getByRole("heading", ended).waitFor();
    await page.getByText("countersign console").waitFor();
  });

  it("starts over when a new link is opened in the page that ended", async () => {
    const { page, server } = await stage.open(signedIn([]));
    await page.reload();
    await page.getByRole("heading", ended).waitFor();
    await page.evaluate((link) => (location.href = link), server.link());
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
  });

  it("refuses a code that was used before", async () => {
    const { page, server } = await stage.open(signedIn([]));
    const link = server.link();
    const other = await page.context().newPage();
    await other.goto(link);
    await other.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    await page.goto("about:blank");
    await page.goto(link);
    await page.getByRole("heading", ended).waitFor();
  });

  it("reconnects by itself, and meanwhile shows what was known but decides nothing", async () => {
    const { page, server } = await stage.open(signedIn([held({ risk: "low" })]));
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    server.accept(false);
    server.drop();
    await page.getByText(/This page lost its link/).waitFor();
    await page.getByRole("heading", { name: /wants to run update_customer/ }).waitFor();
    expect(await page.getByRole("button", { name: "Approve", exact: true }).isDisabled()).toBe(true);
    server.accept(true);
    await page.clock.runFor(10_000);
    await page.getByText(/This page lost its link/).waitFor({ state: "detached" });
    expect(await page.getByRole("button", { name: "Approve", exact: true }).isEnabled()).toBe(true);
  });

  it("ends when the key is no longer good", async () => {
    const { page, server } = await stage.open(signedIn([]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    server.drop(4401);
    await page.getByRole("heading", ended).waitFor();
  });

  it("ends when the app stays away", async () => {
    const { page, server } = await stage.open(signedIn([]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    server.accept(false);
    server.drop();
    await page.getByText(/This page lost its link/).waitFor();
    for (let round = 0; round < 30 && (await page.getByRole("heading", ended).count()) === 0; round++) {
      await page.clock.runFor(5000);
      await page.evaluate(() => fetch("/missing"));
    }
    await page.getByRole("heading", ended).waitFor();
  });

  it("ends on a state it cannot read, instead of showing the one before", async () => {
    const { page, server } = await stage.open(signedIn([held()]));
    await page.getByRole("option").waitFor();
    server.send(JSON.stringify({ event: "state", data: { approvals: "none" } }));
    await page.getByRole("heading", ended).waitFor();
  });

  it("ignores messages that are not of the protocol", async () => {
    const { page, server } = await stage.open(signedIn([held()]));
    await page.getByRole("option").waitFor();
    for (const text of ["", "{", "[]", '{"event":"eval","data":"1"}', '{"id":99,"result":null}']) server.send(text);
    server.say(signedIn([]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    expect(await stage.clear()).toEqual([]);
  });
});
