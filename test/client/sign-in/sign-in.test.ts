import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSignIn, type SignIn } from "../../../src/client/sign-in/sign-in.ts";
import { memoryVault, type Vault } from "../../../src/client/vault/vault.ts";
import { type DemoIssuer, type IdentityProvider, startIdentityProvider } from "../../../src/demo/idp/index.ts";
import { type Arrival, signInAs } from "../../../src/demo/idp/robot.ts";
import { initialSwitches } from "../../../src/demo/idp/switches.ts";

let idp: IdentityProvider;
beforeAll(async () => {
  idp = await startIdentityProvider();
});
afterAll(() => idp.close());

const kinds = [
  { kind: "oidc", library: "openid-client" },
  { kind: "entra", library: "MSAL" },
  { kind: "okta", library: "okta-auth-js" },
] as const;

describe.each(kinds)("sign-in with $kind through $library", ({ kind }) => {
  let issuer: DemoIssuer;
  let vault: Vault;
  let signIn: SignIn;
  let nowMs: number;
  let pages: Promise<Arrival>[];
  const opened: SignIn[] = [];

  beforeEach(async () => {
    issuer = idp[kind];
    vault = memoryVault();
    nowMs = Date.now();
    pages = [];
    signIn = await open(vault);
  });
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
    Object.assign(issuer.switches, initialSwitches());
  });

  async function open(kept: Vault): Promise<SignIn> {
    const one = await createSignIn(issuer.signIn, { vault: kept, ca: idp.ca, now: () => nowMs });
    opened.push(one);
    return one;
  }

  const browser = (person: string | null) => (url: string) => {
    const page = signInAs(url, person, { ca: idp.ca });
    page.catch(() => undefined);
    pages.push(page);
  };

  const as = (person: string | null, timeoutMs = 10_000) =>
    signIn.signIn({ openBrowser: browser(person), signal: new AbortController().signal, timeoutMs });

  it("signs a person in and shows that it worked", async () => {
    const tokens = await as("engineer");
    expect(tokens.account).toEqual({ subject: issuer.principalKey("engineer"), name: "Erin Engineer" });
    expect(tokens.expiresAtMs).toBeGreaterThan(nowMs + 590_000);
    expect(tokens.expiresAtMs).toBeLessThanOrEqual(nowMs + 605_000);
    const claims = claimsIn(tokens.accessToken);
    expect(claims).toMatchObject({ iss: issuer.issuer, aud: issuer.audience, groups: ["engineers"] });
    expect(claims["auth_time"]).toBeGreaterThan(Date.now() / 1000 - 30);
    const page = await pages[0];
    expect(page).toMatchObject({ status: 200 });
    expect(page?.body).toContain("You are signed in");
  });

  it("gives the held token while it lasts and refreshes it silently before its end", async () => {
    const first = await as("engineer");
    expect(await signIn.token()).toBe(first);
    nowMs += 545_000;
    const second = await signIn.token();
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.account).toEqual(first.account);
    expect(second.expiresAtMs).toBeGreaterThan(nowMs + 590_000);
    expect((await signIn.token({ minValidityMs: 590_000 })).accessToken).toBe(second.accessToken);
    expect((await signIn.token({ force: true })).accessToken).not.toBe(second.accessToken);
    expect(pages).toHaveLength(1);
  });

  it("gives ten concurrent callers the same refreshed token", async () => {
    await as("engineer");
    nowMs += 600_000;
    const all = await Promise.all(Array.from({ length: 10 }, () => signIn.token()));
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1);
    // A second refresh by a rotated token would have ended the session.
    await expect(signIn.token({ force: true })).resolves.toBeDefined();
  });

  it("goes on from the vault after a restart", async () => {
    await as("approver");
    signIn.close();
    const next = await open(vault);
    const tokens = await next.token();
    expect(tokens.account).toEqual({ subject: issuer.principalKey("approver"), name: "Avery Approver" });
  });

  it("replaces the account when somebody else signs in", async () => {
    await as("engineer");
    await as("approver");
    expect((await signIn.token({ force: true })).account.name).toBe("Avery Approver");
  });

  it("asks for re-authentication when the refresh token is dead, and recovers by it", async () => {
    await as("engineer");
    issuer.endRefreshTokens();
    await expect(signIn.token({ force: true })).rejects.toMatchObject({ code: "reauthentication_needed" });
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    await expect(as("engineer")).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
  });

  it("asks for re-authentication when nobody has signed in", async () => {
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
  });

  it("asks for re-authentication when the vault holds what it cannot read", async () => {
    await vault.set(`sign-in.${kind}`, "not json");
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
  });

  it.each(["dropped", "unavailable", "too-many-requests"] as const)(
    "calls a provider that is %s transient and keeps the session",
    async (failure) => {
      await as("engineer");
      issuer.switches.failure = failure;
      await expect(signIn.token({ force: true })).rejects.toMatchObject({ code: "transient" });
      await expect(signIn.token()).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
      issuer.switches.failure = "none";
      nowMs += 31_000;
      await expect(signIn.token({ force: true })).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
    },
  );

  it("fails as transient before any browser opens while the provider is down", async () => {
    issuer.switches.failure = "dropped";
    // MSAL and okta-auth-js build the address offline where they can; then the exchange is what fails.
    const attempt = signIn.signIn({
      openBrowser: (url) => {
        issuer.switches.failure = "none";
        const page = signInAs(url, "engineer", { ca: idp.ca });
        pages.push(page);
      },
      signal: new AbortController().signal,
      timeoutMs: 10_000,
    });
    await expect(attempt).rejects.toMatchObject({ code: "transient" });
    expect(pages).toHaveLength(0);
  });

  it("fails as transient when the provider goes down before the code is redeemed, and says so in the tab", async () => {
    await as("approver");
    const attempt = signIn.signIn({
      openBrowser: async (url) => {
        const callback = await stopBeforeCallback(url);
        issuer.switches.failure = "unavailable";
        pages.push(arrive(new URL(callback)));
      },
      signal: new AbortController().signal,
      timeoutMs: 10_000,
    });
    await expect(attempt).rejects.toMatchObject({ code: "transient" });
    expect((await pages[1])?.body).toContain("The sign-in provider did not answer");
    issuer.switches.failure = "none";
    await expect(signIn.token({ force: true })).resolves.toMatchObject({ account: { name: "Avery Approver" } });
  });

  it("reports a refusal as denied and shows it", async () => {
    await expect(as(null)).rejects.toMatchObject({ code: "denied" });
    expect((await pages[0])?.body).toContain("The sign-in was refused");
    issuer.switches.denySignIn = true;
    await expect(as("engineer")).rejects.toMatchObject({ code: "denied" });
  });

  it("ends at once when it is cancelled, and frees its port when it is closed", async () => {
    const cancel = new AbortController();
    let address = "";
    const attempt = signIn.signIn({
      openBrowser: (url) => {
        address = redirectIn(url);
        cancel.abort();
      },
      signal: cancel.signal,
    });
    await expect(attempt).rejects.toMatchObject({ code: "cancelled" });
    const late = signIn.signIn({ openBrowser: browser("engineer"), signal: cancel.signal });
    await expect(late).rejects.toMatchObject({ code: "cancelled" });
    expect(pages).toHaveLength(0);
    signIn.close();
    await expect(fetch(address)).rejects.toThrow();
  });

  it("ends when nobody comes back in time", async () => {
    const attempt = signIn.signIn({ openBrowser: () => {}, signal: new AbortController().signal, timeoutMs: 300 });
    await expect(attempt).rejects.toMatchObject({ code: "timed_out" });
  });

  it("lets a second attempt replace the first", async () => {
    const first = signIn.signIn({ openBrowser: () => {}, signal: new AbortController().signal });
    const gone = expect(first).rejects.toMatchObject({ code: "cancelled" });
    await expect(as("engineer")).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
    await gone;
  });

  it("ignores a wrong state and goes on waiting", async () => {
    const tokens = await signIn.signIn({
      openBrowser: async (url) => {
        const callback = new URL(await stopBeforeCallback(url));
        const forged = new URL(callback);
        forged.searchParams.set("state", "guessed");
        pages.push(arrive(forged));
        await pages[0];
        pages.push(arrive(callback));
      },
      signal: new AbortController().signal,
      timeoutMs: 10_000,
    });
    expect(tokens.account.name).toBe("Erin Engineer");
    const arrivals = await Promise.all(pages);
    expect(arrivals.map(({ status }) => status)).toEqual([400, 200]);
  });

  it("reports a browser that cannot be opened", async () => {
    const attempt = signIn.signIn({
      openBrowser: () => Promise.reject(new Error("no display")),
      signal: new AbortController().signal,
    });
    await expect(attempt).rejects.toMatchObject({ code: "misconfigured" });
  });

  it.each([
    ["invalid_scope", "misconfigured", "not set up correctly"],
    ["temporarily_unavailable", "transient", "did not answer"],
    ["login_required", "reauthentication_needed", "The sign-in did not work"],
  ])("reports the provider’s %s as %s", async (error, code, shown) => {
    const attempt = signIn.signIn({
      openBrowser: async (url) => {
        const callback = new URL(redirectIn(url));
        callback.search = new URLSearchParams({ state: stateIn(url), error }).toString();
        pages.push(arrive(callback));
      },
      signal: new AbortController().signal,
      timeoutMs: 10_000,
    });
    await expect(attempt).rejects.toMatchObject({ code });
    expect((await pages[0])?.body).toContain(shown);
  });

  it("refuses an id token whose signature does not fit, at sign-in and at refresh", async () => {
    issuer.switches.forgeIdTokens = true;
    await expect(as("engineer")).rejects.toMatchObject({ code: "misconfigured" });
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    issuer.switches.forgeIdTokens = false;
    await as("engineer");
    issuer.switches.forgeIdTokens = true;
    await expect(signIn.token({ force: true })).rejects.toMatchObject({ code: "misconfigured" });
  });

  it("sends PKCE with S256, state, nonce and a wish for a fresh sign-in", async () => {
    let query = new URLSearchParams();
    const openBrowser = (url: string) => {
      query = new URL(url).searchParams;
      return Promise.reject(new Error("enough seen"));
    };
    await expect(signIn.signIn({ openBrowser, signal: new AbortController().signal })).rejects.toThrow();
    expect(query.get("code_challenge_method")).toBe("S256");
    expect(query.get("code_challenge")).toHaveLength(43);
    expect(query.get("state")?.length).toBeGreaterThanOrEqual(40);
    expect(query.get("nonce")?.length).toBeGreaterThanOrEqual(40);
    expect(query.get("max_age") === "240" || query.get("prompt") === "login").toBe(true);
    expect(query.get("resource")).toBe(kind === "oidc" ? issuer.audience : null);
    expect(query.get("redirect_uri")).toMatch(/^http:\/\/(127\.0\.0\.1:\d+\/callback|localhost:\d+)$/);
  });

  it("forgets the session when the person signs out and says where the browser session ends", async () => {
    await as("engineer");
    const { logoutUrl } = await signIn.signOut();
    expect(logoutUrl?.startsWith(new URL(issuer.issuer).origin)).toBe(true);
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    expect(await vault.get(`sign-in.${kind}`)).toBeNull();
    expect((await signIn.signOut()).logoutUrl).toBeNull();
  });

  it("signs out although the provider is down", async () => {
    await as("engineer");
    issuer.switches.failure = "dropped";
    await expect(signIn.signOut()).resolves.toBeDefined();
    issuer.switches.failure = "none";
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
  });
});

it("does not trust a provider whose certificate it cannot check", async () => {
  const signIn = await createSignIn(idp.okta.signIn, { vault: memoryVault() });
  const attempt = signIn.signIn({ openBrowser: () => {}, signal: new AbortController().signal, timeoutMs: 5_000 });
  await expect(attempt).rejects.toMatchObject({ code: "misconfigured" });
  signIn.close();
});

it("refuses a provider that would be reached over plain HTTP beyond this machine", async () => {
  const provider = { ...idp.oidc.signIn, kind: "oidc" as const, issuer: "http://idp.example.test", scope: "openid" };
  const signIn = await createSignIn(provider, { vault: memoryVault() });
  const attempt = signIn.signIn({ openBrowser: () => {}, signal: new AbortController().signal, timeoutMs: 5_000 });
  await expect(attempt).rejects.toMatchObject({ code: "misconfigured" });
  signIn.close();
});

/** The callback address with its code, that a browser would open next. */
async function stopBeforeCallback(url: string): Promise<string> {
  const arrival = await signInAs(url, "engineer", { ca: idp.ca, stopAt: redirectIn(url) });
  return arrival.url;
}

function redirectIn(url: string): string {
  return new URL(url).searchParams.get("redirect_uri") ?? "";
}

function stateIn(url: string): string {
  return new URL(url).searchParams.get("state") ?? "";
}

async function arrive(callback: URL): Promise<Arrival> {
  const page = await fetch(callback);
  return { status: page.status, url: callback.href, body: await page.text() };
}

function claimsIn(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
}
