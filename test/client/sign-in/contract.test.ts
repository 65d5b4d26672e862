import { request } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSignIn, type Challenge, type SignIn } from "../../../src/client/sign-in/sign-in.ts";
import { memoryVault, type Vault } from "../../../src/client/vault/vault.ts";
import { type DemoIssuer, type IdentityProvider, startIdentityProvider } from "../../../src/demo/idp/index.ts";
import { type Arrival, enterCodeAs, signInAs } from "../../../src/demo/idp/robot.ts";
import { initialSwitches } from "../../../src/demo/idp/switches.ts";
import type { TokenVerifier } from "../../../src/gateway/identity/principal.ts";
import { eventually, patienceMs } from "../../support/eventually.ts";
import { shiftClock, type ShiftedClock } from "../../support/shifted-clock.ts";
import { verifierFor } from "../../support/verifier-for.ts";

/** What every way to sign in has to do, through the real libraries, before one provider over TLS. Its cases are the rows. */
const adapters = [
  { kind: "entra", library: "MSAL" },
  { kind: "okta", library: "okta-auth-js" },
  { kind: "oidc", library: "openid-client" },
] as const;

let clock: ShiftedClock;
let idp: IdentityProvider;
let gateway: TokenVerifier;
beforeAll(async () => {
  clock = shiftClock();
  idp = await startIdentityProvider({ isPlainOverTls: true });
  gateway = verifierFor(idp);
});
afterAll(async () => {
  gateway.close();
  await idp.close();
  clock.restore();
});

describe.each(adapters)("the contract: $kind through $library", ({ kind }) => {
  let issuer: DemoIssuer;
  const opened: SignIn[] = [];
  beforeEach(() => {
    issuer = idp[kind];
  });
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
    Object.assign(issuer.switches, initialSwitches());
  });

  async function open(vault: Vault = memoryVault(), waitMs?: number): Promise<SignIn> {
    const patience = waitMs === undefined ? {} : { patienceMs: waitMs };
    const one = await createSignIn(issuer.signIn, { vault, ca: idp.ca, ...patience });
    opened.push(one);
    return one;
  }

  it("sign-in: the gateway takes the token for the person, and the tab says that it worked", async () => {
    const tab = browser("engineer");
    const tokens = await as(await open(), tab);
    expect(await gateway.verify(tokens.accessToken)).toMatchObject({
      id: `${kind}:${issuer.principalKey("engineer")}`,
      kind: "user",
      groups: ["engineers"],
    });
    expect((await tab.page()).body).toContain("You are signed in");
  });

  it("cancel: ends at once, and who comes back later is told that it is over", async () => {
    const signIn = await open();
    const end = new AbortController();
    const tab = browser("engineer", { late: true, onOpen: () => end.abort() });
    await expect(as(signIn, tab, { signal: end.signal })).rejects.toMatchObject({ code: "cancelled" });
    expect(await tab.comeBack()).toMatchObject({ status: 200, body: expect.stringContaining("This sign-in is over") });
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    // The next attempt has the port again, also where only few are registered.
    await expect(as(signIn, browser("engineer"))).resolves.toBeDefined();
  });

  it("timeout: ends when nobody comes back, and the next attempt works", async () => {
    const signIn = await open();
    let tab = browser("engineer", { late: true });
    // On a machine that stands still the time may be over before the browser opened.
    for (let timeoutMs = 300; !tab.asked().has("state"); timeoutMs *= 2) {
      tab = browser("engineer", { late: true });
      await expect(as(signIn, tab, { timeoutMs })).rejects.toMatchObject({ code: "timed_out" });
    }
    expect((await tab.comeBack()).body).toContain("This sign-in is over");
    await expect(as(signIn, browser("engineer"))).resolves.toBeDefined();
  });

  it("closed browser: the same address works in the next one, and a tab that is gone takes nothing along", async () => {
    const closed = browser("engineer", { late: true });
    const again = browser("engineer", { hangUp: true });
    const both = (url: string): void => {
      closed.open(url);
      again.open(url);
    };
    const tokens = await as(await open(), { open: both });
    expect(tokens.account.name).toBe("Erin Engineer");
  });

  it("denied: says so to the caller and in the tab", async () => {
    const tab = browser(null);
    await expect(as(await open(), tab)).rejects.toMatchObject({ code: "denied" });
    expect((await tab.page()).body).toContain("The sign-in was refused");
  });

  it("provider down: is transient and says so in the tab; the session of before stays", async () => {
    const signIn = await open();
    await as(signIn, browser("engineer"));
    const tab = browser("approver", { onCallback: () => void (issuer.switches.failure = "dropped") });
    await expect(as(signIn, tab)).rejects.toMatchObject({ code: "transient" });
    expect((await tab.page()).body).toContain("did not answer");
    await expect(signIn.token({ force: true })).rejects.toMatchObject({ code: "transient" });
    issuer.switches.failure = "none";
    expect((await signIn.token({ force: true })).account.name).toBe("Erin Engineer");
  });

  it("slow: waits, and calls it transient where it takes too long", async () => {
    const vault = memoryVault();
    issuer.switches.delayMs = 100;
    await as(await open(vault), browser("engineer"));
    const impatient = await open(vault, 50);
    // So slow that the request which nobody waits for any more is not answered before the test is over.
    issuer.switches.delayMs = 60_000;
    await expect(impatient.token()).rejects.toMatchObject({ code: "transient" });
    issuer.switches.delayMs = 100;
    await expect((await open(vault)).token()).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
  });

  it("429: is transient, asks nobody for as long as it was told to, and goes on", async () => {
    const signIn = await open();
    const first = await as(signIn, browser("engineer"));
    issuer.switches.failure = "too-many-requests";
    await expect(signIn.token({ force: true })).rejects.toMatchObject({ code: "transient" });
    expect(await signIn.token()).toBe(first);
    issuer.switches.failure = "none";
    await expect(signIn.token({ force: true })).rejects.toThrow("asked to be left alone");
    clock.pass(31_000);
    await expect(signIn.token({ force: true })).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
  });

  it("rotated refresh token: each renewal takes the newest, after a restart too", async () => {
    const vault = memoryVault();
    const first = await open(vault);
    await as(first, browser("engineer"));
    const seen = new Set([await vault.get(`sign-in.${kind}`)]);
    for (let round = 0; round < 3; round++) {
      await first.token({ force: true });
      seen.add(await vault.get(`sign-in.${kind}`));
    }
    expect(seen.size).toBe(4);
    first.close();
    await expect((await open(vault)).token()).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
  });

  it("reuse detected: a copied refresh token ends the session of thief and owner", async () => {
    const [vault, stolen] = [memoryVault(), memoryVault()];
    const owner = await open(vault);
    await as(owner, browser("engineer"));
    await stolen.set(`sign-in.${kind}`, (await vault.get(`sign-in.${kind}`)) ?? "");
    await owner.token({ force: true });
    const thief = await open(stolen);
    await expect(thief.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    await expect(owner.token({ force: true })).rejects.toMatchObject({ code: "reauthentication_needed" });
    expect(await vault.get(`sign-in.${kind}`)).toBeNull();
    await expect(as(owner, browser("engineer"))).resolves.toBeDefined();
  });

  it("expired refresh token: asks for re-authentication, and a sign-in ends that", async () => {
    issuer.switches.refreshTokenSeconds = 3_600;
    const signIn = await open();
    await as(signIn, browser("engineer"));
    clock.pass(3_601_000);
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    await expect(as(signIn, browser("engineer"))).resolves.toBeDefined();
  });

  it("claims challenge: the next sign-in brings what was demanded, and the session outlives the demand", async () => {
    const vault = memoryVault();
    const signIn = await open(vault);
    await as(signIn, browser("engineer"));
    const demand = kind === "entra" ? '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}' : "urn:example:mfa";
    const challenge: Challenge = kind === "entra" ? { claims: demand } : { acrValues: demand };
    issuer.switches.demand = demand;
    // What the gateway asks for leaves the session as it is.
    await expect(signIn.token({ challenge })).rejects.toMatchObject({ code: "reauthentication_needed" });
    await expect(signIn.token()).resolves.toMatchObject({ account: { name: "Erin Engineer" } });
    expect(await vault.get(`sign-in.${kind}`)).not.toBeNull();
    const tab = browser("engineer");
    await as(signIn, tab);
    expect(tab.asked().get(kind === "entra" ? "claims" : "acr_values")).toContain(kind === "entra" ? '"acrs"' : demand);
    await expect(signIn.token({ force: true })).resolves.toBeDefined();
    await as(signIn, tab);
    expect(tab.asked().get("acr_values")).toBeNull();
  });

  it.each([-5, 5])("clock skew: signs in and renews on a machine whose clock is %i minutes off", async (minutes) => {
    const skewMs = minutes * 60_000;
    const tokens = await clock.skewed(skewMs, async () => {
      const signIn = await open();
      const first = await as(signIn, browser("engineer"));
      const leftMs = first.expiresAtMs - Date.now();
      expect(leftMs).toBeGreaterThan(570_000);
      expect(leftMs).toBeLessThanOrEqual(605_000);
      // What is good by the provider's clock isn't renewed because this one differs.
      expect(await signIn.token()).toBe(first);
      return [first, await signIn.token({ force: true })];
    });
    for (const { accessToken } of tokens) await expect(gateway.verify(accessToken)).resolves.toBeDefined();
  });

  it("wake after 8 h: ten callers get one renewed token that the gateway takes, and no browser opens", async () => {
    const signIn = await open();
    const before = await as(signIn, browser("engineer"));
    clock.pass(8 * 3_600_000);
    await expect(gateway.verify(before.accessToken)).rejects.toMatchObject({ code: "token_expired" });
    const woken = await Promise.all(Array.from({ length: 10 }, () => signIn.token()));
    expect(new Set(woken.map(({ accessToken }) => accessToken)).size).toBe(1);
    await expect(gateway.verify(woken[0]?.accessToken)).resolves.toMatchObject({ groups: ["engineers"] });
    await expect(signIn.token({ force: true })).resolves.toBeDefined();
  });

  it("sign-out: forgets, revokes where the provider can, and has tried that", async () => {
    const vault = memoryVault();
    const signIn = await open(vault);
    await as(signIn, browser("engineer"));
    const copy = (await vault.get(`sign-in.${kind}`)) ?? "";
    const { provider, kept, logoutUrl } = await signIn.signOut();
    expect({ provider, kept }).toEqual({ provider: kind === "entra" ? "unsupported" : "revoked", kept: false });
    // It is shown: no token may stand in it.
    expect(logoutUrl).toMatch(/^https:/);
    expect(logoutUrl).not.toContain("eyJ");
    expect(await vault.get(`sign-in.${kind}`)).toBeNull();
    await expect(signIn.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    // A copy made before is worth nothing, where the provider revokes.
    await vault.set(`sign-in.${kind}`, copy);
    const thief = await open(vault);
    if (kind !== "entra") await expect(thief.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
    await vault.delete(`sign-in.${kind}`);
    expect(await signIn.signOut()).toEqual({ provider: "none", kept: false, logoutUrl: null });
    await as(signIn, browser("engineer"));
    issuer.switches.failure = "dropped";
    expect(await signIn.signOut()).toMatchObject({
      provider: kind === "entra" ? "unsupported" : "failed",
      kept: false,
    });
  });

  it("device code: signs in from another machine, outlives a lost connection, and renews as any session does", async () => {
    const vault = memoryVault();
    const signIn = await open(vault);
    const code = Promise.withResolvers<string>();
    const signedIn = signIn.signIn({
      openBrowser: noBrowser,
      signal: new AbortController().signal,
      showCode: ({ userCode, url }) => {
        expect(url).toContain(userCode);
        code.resolve(url);
      },
    });
    signedIn.catch(() => undefined);
    const url = await code.promise;
    issuer.switches.failure = "dropped";
    await eventually(() => expect(issuer.switches.dropped).toBeGreaterThan(0));
    issuer.switches.failure = "none";
    expect((await enterCodeAs(url, "engineer", { ca: idp.ca })).body).toContain("You are signed in");
    const tokens = await signedIn;
    expect(tokens.account).toEqual({ subject: issuer.principalKey("engineer"), name: "Erin Engineer" });
    await expect(gateway.verify(tokens.accessToken)).resolves.toMatchObject({ groups: ["engineers"] });
    await expect(signIn.token({ force: true })).resolves.toBeDefined();
    signIn.close();
    await expect((await open(vault)).token()).resolves.toMatchObject({ account: tokens.account });
  });

  it("device code: is cancelled at once, and denied where the person refuses", async () => {
    const signIn = await open();
    const end = new AbortController();
    const given = signIn.signIn({ openBrowser: noBrowser, signal: end.signal, showCode: () => end.abort() });
    await expect(given).rejects.toMatchObject({ code: "cancelled" });
    const refused = signIn.signIn({
      openBrowser: noBrowser,
      signal: new AbortController().signal,
      showCode: ({ url }) => void enterCodeAs(url, null, { ca: idp.ca }),
    });
    await expect(refused).rejects.toMatchObject({ code: "denied" });
  });

  it("two apps at once: each gets its own session, and neither's renewal or sign-out ends the other's", async () => {
    const [one, two] = [await open(), await open()];
    const both = Promise.all([as(one, browser("engineer")), as(two, browser("approver"))]);
    expect((await both).map(({ account }) => account.name)).toEqual(["Erin Engineer", "Avery Approver"]);
    await Promise.all([one.token({ force: true }), two.token({ force: true })]);
    await one.signOut();
    await expect(two.token({ force: true })).resolves.toMatchObject({ account: { name: "Avery Approver" } });
    await expect(one.token()).rejects.toMatchObject({ code: "reauthentication_needed" });
  });
});

const noBrowser = () => Promise.reject(new Error("no browser here"));

interface Tab {
  open(url: string): void | Promise<void>;
}

interface How {
  /** Goes as far as the address that leads back, and waits there. */
  readonly late?: boolean;
  /** Hangs up before the answer to the callback has come. */
  readonly hangUp?: boolean;
  readonly onOpen?: () => void;
  /** Between the provider's last page and the callback. */
  readonly onCallback?: () => void;
}

/** A browser in which this person signs in, or cancels (null). */
function browser(person: string | null, how: How = {}) {
  let asked = new URLSearchParams();
  let callback: Promise<Arrival> | null = null;
  let page: Promise<Arrival> | null = null;
  const back = async (): Promise<Arrival> => {
    const { url } = (await callback) ?? { url: "" };
    how.onCallback?.();
    if (how.hangUp === true) return hangUpAt(url);
    const answer = await fetch(url);
    return { status: answer.status, url, body: await answer.text() };
  };
  return {
    open(url: string): void {
      asked = new URL(url).searchParams;
      callback = signInAs(url, person, { ca: idp.ca, stopAt: asked.get("redirect_uri") ?? "" });
      callback.catch(() => undefined);
      how.onOpen?.();
      if (how.late === true) return;
      page = back();
      page.catch(() => undefined);
    },
    page: async () => (await page) ?? { status: 0, url: "", body: "" },
    comeBack: back,
    asked: () => asked,
  };
}

/** Asks, and is gone before the answer. */
function hangUpAt(url: string): Promise<Arrival> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent: false });
    asking.on("error", reject).on("finish", () => {
      asking.destroy();
      resolve({ status: 0, url, body: "" });
    });
    asking.end();
  });
}

function as(
  signIn: SignIn,
  tab: Tab,
  { signal = new AbortController().signal, timeoutMs = patienceMs }: { signal?: AbortSignal; timeoutMs?: number } = {},
) {
  return signIn.signIn({ openBrowser: (url) => tab.open(url), signal, timeoutMs });
}
