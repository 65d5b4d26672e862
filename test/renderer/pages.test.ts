import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { approver, held, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const signedOut = signedIn([], { session: { state: "signed-out", error: null } });

describe("signing in", () => {
  it("asks for the sign-in, naming where it happens", async () => {
    const { page, server } = await stage.open(signedOut);
    await page.getByText("http://127.0.0.1:9400").waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["session.signIn"]);
    expect(await page.getByRole("navigation").count()).toBe(0);
  });

  it("says why the last one failed and what to do", async () => {
    const error = { code: "wrong_tenant", message: "Tenant 72f9 is not allowed." } as const;
    const { page } = await stage.open({ ...signedOut, session: { state: "signed-out", error } });
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/another organisation.*work account.*Tenant 72f9/s);
  });

  it("says what a sign-out did, and where the browser's own session ends", async () => {
    const left = {
      provider: "revoked",
      gateway: "ended",
      kept: false,
      logoutUrl: "https://idp.example/logout",
    } as const;
    const { page } = await stage.open({ ...signedOut, session: { state: "signed-out", error: null, left } });
    const status = page.getByRole("status").filter({ hasText: "signed out" });
    await status.waitFor();
    expect(await status.innerText()).toMatch(
      /Nothing of your session.*gateway has ended it.*tried, and refused.*idp\.example\/logout/s,
    );
  });

  it("shows the code that is to be entered on another machine", async () => {
    const url = "http://127.0.0.1:9400/device?user_code=BCDF-GHJK";
    const { page } = await stage.open({ ...signedOut, session: { state: "signing-in", url, code: "BCDF-GHJK" } });
    await page.getByText("BCDF-GHJK", { exact: true }).waitFor();
  });

  it("warns before a session that can't be renewed ends, and offers to sign in again", async () => {
    const ends = { atMs: Date.now() + 600_000, minutes: 10 } as const;
    const session = { state: "signed-in", account: approver, device: "d", ends } as const;
    const { page, server } = await stage.open(signedIn([], { session }));
    await page.getByText(/Your sign-in ends at \d\d:\d\d/).waitFor();
    await page.getByRole("button", { name: "Sign in again" }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["session.signIn"]);
  });

  it.each([
    [
      { rule: "deleting", asks: "a sign-in of the last 15 minutes", calls: 2 },
      "Cursor wants to run delete_customer on crm-production. First, rule “deleting” asks you for a sign-in of the last 15 minutes. 2 calls wait and go on by themselves.",
    ],
    [
      { rule: null, asks: "", calls: 1 },
      "Cursor wants to run delete_customer on crm-production. First, your sign-in provider asks for a fresh or a stronger sign-in. The call waits and goes on by itself.",
    ],
    [
      { rule: "deleting", asks: "a sign-in, with acr \u202ec1", calls: 0 },
      "Cursor wants to run delete_customer on crm-production. First, rule “deleting” asks you for a sign-in, with acr ‹U+202E›c1. The call was told to come again: sign in, and it goes through.",
    ],
  ])("says which call takes a fresh sign-in, and opens one only on a press: %j", async (asked, text) => {
    const signInAsked = { ...asked, connection: "crm-production", name: "delete_customer", client: "c1", sinceMs: 0 };
    const { page, server } = await stage.open(signedIn([], { signInAsked }));
    await page.getByText(text).waitFor();
    expect(server.calls.map(({ call }) => call)).toEqual([]);
    await page.getByRole("button", { name: "Not now" }).click();
    await page.getByRole("region", { name: "Notices" }).getByRole("button", { name: "Sign in", exact: true }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["session.declineSignIn", "session.signIn"]);
  });

  it("shows the address while the browser is at the provider, and can cancel", async () => {
    const url = "http://127.0.0.1:9400/auth?state=x";
    const { page, server } = await stage.open({ ...signedOut, session: { state: "signing-in", url } });
    expect(await page.getByRole("link", { name: "Open the sign-in page" }).getAttribute("href")).toBe(url);
    await page.getByText(url, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["session.cancelSignIn"]);
  });

  it("makes no link of an address that is not of the web", async () => {
    const { page } = await stage.open({ ...signedOut, session: { state: "signing-in", url: "javascript:alert(1)" } });
    await page.getByRole("heading", { name: "Finish in your browser" }).waitFor();
    expect(await page.getByRole("link").count()).toBe(0);
  });

  it("keeps what was known when the sign-in has ended, and offers to sign in again", async () => {
    const error = { code: "reauthentication_needed", message: "" } as const;
    const { page, server } = await stage.open(
      signedIn([held({ risk: "low" })], { session: { state: "needs-sign-in", account: approver, error } }),
    );
    await page.getByText("Decide after signing in again.").waitFor();
    expect(await page.getByRole("button", { name: "Approve", exact: true }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Sign in again" }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["session.signIn"]);
  });

  it("signs out from the account's menu", async () => {
    const { page, server } = await stage.open(signedIn([]));
    await page.getByRole("button", { name: "Account of Ada Approver" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["session.signOut"]);
  });
});

describe("what holds for every page", () => {
  it("shows the shape of what comes only after 300 ms", async () => {
    const { page } = await stage.open(null);
    await page.getByText("Connecting").waitFor();
    await page.clock.runFor(400);
    await page.getByText("Loading requests").waitFor({ state: "attached" });
    expect(await page.getByRole("main").getAttribute("aria-busy")).toBe("true");
  });

  it("says that nothing waits", async () => {
    const { page } = await stage.open(signedIn([]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    await page.getByText("Connected").waitFor();
    await page.getByRole("img", { name: "Calls flow" }).waitFor();
  });

  it("shows an offline gateway with the next try, keeps requests readable, and decides nothing", async () => {
    const { gateway } = signedIn([]);
    const { page, server } = await stage.open(
      signedIn([held({ risk: "low" })], { gateway: { ...gateway, link: "offline", nextTryAtMs: Date.now() + 12_500 } }),
    );
    await page.getByText(/Gateway not reached since/).waitFor();
    await page.getByText(/Next try in \d+ s/).waitFor();
    await page.getByText(/As last seen at/).waitFor();
    await page.getByText("Decide when the gateway is back.").waitFor();
    expect(await page.getByRole("button", { name: "Deny", exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    await page.getByRole("button", { name: "Try now" }).click();
    await expect.poll(() => server.calls.map(({ call }) => call)).toEqual(["gateway.retry"]);
  });

  it("finds out why: names the cause, what to do and what it means, at the part of the page that says so", async () => {
    const trouble = { kind: "certificate", detail: "CERT_HAS_EXPIRED" } as const;
    const gateway = { ...signedIn([]).gateway, link: "offline", trouble } as const;
    const { page, server } = await stage.open(signedIn([], { gateway }));
    await page.getByRole("button", { name: "Find out why" }).click();
    const part = page.getByRole("region", { name: "Gateway" });
    for (const said of [/does not trust/, /CERT_HAS_EXPIRED/, /Ask who runs it/, /still expire at the gateway/])
      await part.getByText(said).first().waitFor();
    const heading = page.getByRole("heading", { name: "Gateway" });
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    server.say(signedIn([]));
    await part.waitFor({ state: "detached" });
  });

  it("goes to the part of a page that was asked for from outside, and takes the focus there once", async () => {
    const { page, server } = await stage.open(signedIn([]));
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    server.show({ approval: null, page: "connections", part: "clients" });
    const heading = page.getByRole("heading", { name: "MCP clients" });
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    // What is right again by the time it is looked for takes no focus later.
    server.show({ approval: null, page: "connections", part: "gateway" });
    await page.getByRole("button", { name: "History" }).focus();
    const offline = { ...signedIn([]).gateway, link: "offline" } as const;
    server.say(signedIn([], { gateway: offline }));
    await page.getByRole("region", { name: "Gateway" }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("History");
  });

  it("does not let a ledger that is wrong pass unseen", async () => {
    const { page } = await stage.open(signedIn([], { ledger: { code: "ledger_inconsistent", message: "" } }));
    expect(await page.getByRole("alert").innerText()).toContain("does not continue");
  });
});

describe("connections", () => {
  it("copies a connection's local address through its owner, or by itself", async () => {
    const { page, server } = await stage.open(signedIn([]), { permissions: ["clipboard-read", "clipboard-write"] });
    const url = "http://127.0.0.1:7316/mcp/files";
    server.answer("connections.copyAddress", { ok: true, value: { copied: false, url } });
    await page.getByRole("button", { name: "Connections" }).click();
    await page.getByText("[::1]:7316").waitFor();
    await page.getByRole("cell", { name: `${url} Copy address of files` }).waitFor();
    await page.getByRole("button", { name: "Copy address of files" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url);
    expect(server.calls.map(({ call, input }) => [call, input])).toEqual([
      ["connections.copyAddress", { name: "files" }],
    ]);
  });

  it("shows each state by its word, and the clients with how to add one", async () => {
    const { page } = await stage.open(signedIn([]));
    await page.getByRole("button", { name: "Connections" }).click();
    for (const word of [
      "Not called yet",
      "Not answering",
      "customers 4.1",
      "countersign setup",
      "countersign clients add NAME",
    ])
      await page.getByText(word).waitFor();
    await page.getByRole("row", { name: /Claude Code .* not used yet/ }).waitFor();
  });

  it("pauses calls for as long as the tray's menu offers, and says until when", async () => {
    const { page, server } = await stage.open(signedIn([]));
    await page.getByRole("button", { name: "Connections" }).click();
    const group = page.getByRole("group", { name: "Pause calls" });
    for (const name of ["For 15 minutes", "For an hour", "Until resumed"])
      await group.getByRole("button", { name }).click();
    await expect
      .poll(() => server.calls.map(({ input }) => input))
      .toEqual([{ forMinutes: 15 }, { forMinutes: 60 }, { forMinutes: null }]);
    server.say(signedIn([], { pause: { untilMs: new Date(2099, 0, 1, 15, 0).getTime() } }));
    await page.getByText("Calls are paused on this computer until 15:00. Until then they are refused.").waitFor();
    expect(await group.count()).toBe(0);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(() => server.calls.at(-1)?.call).toBe("tunnel.resume");
  });

  it("says when the tunnel is not open, why and who holds its port, and opens it at the same or at another", async () => {
    const error = { code: "port_taken", message: "Port 7316 is taken by nc (process 4711)." } as const;
    const state = signedIn([], { tunnel: { state: "failed", error } });
    const { page, server } = await stage.open({
      ...state,
      connections: state.connections.map((connection) => ({ ...connection, url: null })),
    });
    await page.getByRole("button", { name: "Connections" }).click();
    await page.getByText(/Another program holds the tunnel’s port/).waitFor();
    await page.getByText("Port 7316 is taken by nc (process 4711).").waitFor();
    expect(await page.getByRole("button", { name: /Copy address/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Open at the same port" }).click();
    await page.getByRole("button", { name: "Open at another port" }).click();
    await expect
      .poll(() => server.calls.filter(({ call }) => call === "tunnel.open").map(({ input }) => input))
      .toEqual([{ port: "same" }, { port: "new" }]);
    server.say(signedIn([]));
    await page.getByText("Tunnel open at").waitFor();
    expect(await page.getByRole("group", { name: "The tunnel is not open" }).count()).toBe(0);
  });
});
