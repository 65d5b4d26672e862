import { afterEach, describe, expect, it } from "vitest";
import { memoryVault } from "../../src/client/vault/vault.ts";
import { openWorkbench, signedIn, until, type Workbench } from "./workbench.ts";

let bench: Workbench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

describe("session", () => {
  it("starts signed out and opens no browser until someone asks", async () => {
    bench = await openWorkbench();
    expect(bench.client.state().session).toEqual({ state: "signed-out", error: null });
    expect(bench.opened).toEqual([]);
  });

  it("signs in, learns the account from the gateway and enrols the device", async () => {
    bench = await signedIn();
    const { session, connections } = bench.client.state();
    expect(session).toMatchObject({
      state: "signed-in",
      account: { id: "demo:sam" },
      device: expect.stringMatching(/^device-/),
    });
    expect(bench.opened).toEqual([bench.signIn.url]);
    expect(connections).toMatchObject([{ name: "files", url: null }]);
  });

  it("learns of connections that came while it was signed in, when the gateway next tells the time", async () => {
    bench = await signedIn();
    const added = { name: "tickets", title: null, transport: "agent", server: null, state: "unknown" } as const;
    bench.gateway.connections = [...bench.gateway.connections, added];
    bench.gateway.push({ type: "time", nowMs: Date.now() });
    await until(bench.client, ({ connections }) => connections.some(({ name }) => name === "tickets"));
  });

  it("enrols with the gateway's clock where this machine's is wrong", async () => {
    bench = await openWorkbench();
    bench.gateway.clockAheadMs = 86_400_000;
    expect(await bench.client.call("session.signIn", {}, "cli")).toEqual({ ok: true, value: null });
  });

  it("shows the address while the browser is away, and goes back when it is cancelled", async () => {
    bench = await openWorkbench();
    bench.signIn.browser = new Promise(() => undefined);
    const done = bench.client.call("session.signIn", {}, "window");
    const url = bench.signIn.url;
    await until(bench.client, ({ session }) => session.state === "signing-in" && session.url === url);
    await bench.client.call("session.cancelSignIn", {}, "window");
    expect(await done).toMatchObject({ ok: false, error: { code: "cancelled" } });
    expect(bench.client.state().session).toEqual({ state: "signed-out", error: null });
  });

  it("never opens an address that is no web page", async () => {
    bench = await openWorkbench();
    bench.signIn.url = "file:///etc/passwd";
    expect(await bench.client.call("session.signIn", {}, "window")).toMatchObject({
      error: { code: "misconfigured" },
    });
    expect(bench.opened).toEqual([]);
  });

  it("leaves nothing of a sign-in whose account the gateway refuses", async () => {
    bench = await openWorkbench();
    bench.gateway.tokens.clear();
    expect(await bench.client.call("session.signIn", {}, "window")).toMatchObject({ error: { code: "token_expired" } });
    expect(bench.client.state().session).toMatchObject({ state: "signed-out", error: { code: "token_expired" } });
    expect(bench.signIn.signedOut).toBe(true);
  });

  it("stays signed in over a transient failure and asks for a new sign-in when the session is dead", async () => {
    bench = await signedIn();
    bench.signIn.failure = "transient";
    bench.gateway.dropStreams();
    await until(bench.client, ({ gateway }) => gateway.link === "offline");
    expect(bench.client.state().session.state).toBe("signed-in");
    bench.signIn.failure = "reauthentication_needed";
    await bench.client.call("gateway.retry", {}, "window");
    const { session } = await until(bench.client, (state) => state.session.state === "needs-sign-in");
    expect(session).toMatchObject({ account: { name: "Sam" }, error: { code: "reauthentication_needed" } });
  });

  it("keeps the pending approvals in view while a person has to sign in again", async () => {
    bench = await signedIn();
    await bench.gateway.put({ id: "a1" });
    await until(bench.client, ({ approvals }) => approvals.length === 1);
    bench.signIn.failure = "reauthentication_needed";
    bench.gateway.dropStreams(4401);
    const state = await until(bench.client, ({ session }) => session.state === "needs-sign-in");
    expect(state.approvals.map(({ id }) => id)).toEqual(["a1"]);
  });

  it("renews ahead of the token's end", async () => {
    bench = await openWorkbench();
    bench.signIn.expiresAtMs = Date.now() + 200;
    await bench.client.call("session.signIn", {}, "window");
    await expect.poll(() => bench?.signIn.renewals).toBeGreaterThan(0);
  });

  it("warns before an end that no renewal goes beyond, and serves calls while the person signs in again", async () => {
    bench = await openWorkbench();
    const { client, signIn, gateway } = bench;
    signIn.expiresAtMs = Date.now() + 500_000;
    signIn.sessionEndsAtMs = signIn.expiresAtMs;
    await client.call("session.signIn", {}, "window");
    const { session } = await until(client, (state) => state.session.state === "signed-in" && !!state.session.ends);
    expect(session).toMatchObject({ ends: { atMs: signIn.sessionEndsAtMs, minutes: 10 } });
    const { promise, resolve: finish } = Promise.withResolvers<void>();
    signIn.browser = promise;
    const again = client.call("session.signIn", {}, "window");
    await until(client, (state) => state.session.state === "signing-in" && state.session.url !== null);
    const before = gateway.requests.length;
    await client.call("grants.list", {}, "window");
    expect(gateway.requests.slice(before).at(-1)).toMatchObject({ token: "token-1" });
    signIn.sessionEndsAtMs = null;
    signIn.expiresAtMs = Date.now() + 3_600_000;
    finish();
    expect(await again).toMatchObject({ ok: true });
    expect(client.state().session).not.toHaveProperty("ends");
  });

  it("keeps the session, and its warning, when signing in again is given up", async () => {
    bench = await openWorkbench();
    const { client, signIn } = bench;
    signIn.sessionEndsAtMs = signIn.expiresAtMs = Date.now() + 500_000;
    await client.call("session.signIn", {}, "window");
    const warned = await until(client, (state) => state.session.state === "signed-in" && !!state.session.ends);
    signIn.browser = new Promise(() => undefined);
    const again = client.call("session.signIn", {}, "window");
    await until(client, (state) => state.session.state === "signing-in" && state.session.url !== null);
    await client.call("session.cancelSignIn", {}, "window");
    expect(await again).toMatchObject({ error: { code: "cancelled" } });
    expect(client.state().session).toEqual(warned.session);
  });

  it("says what a sign-out did, to who asked and in its state", async () => {
    bench = await signedIn();
    const left = { provider: "none", gateway: "none", kept: false, logoutUrl: null };
    expect(await bench.client.call("session.signOut", {}, "cli")).toEqual({ ok: true, value: left });
    expect(bench.client.state().session).toEqual({ state: "signed-out", error: null, left });
  });

  it("forgets the person's approvals and connections at sign-out", async () => {
    bench = await signedIn();
    await bench.gateway.put({ id: "a1" });
    await until(bench.client, ({ approvals }) => approvals.length === 1);
    await bench.client.call("session.signOut", {}, "window");
    expect(bench.client.state()).toMatchObject({
      session: { state: "signed-out" },
      approvals: [],
      connections: [],
      gateway: { link: "offline" },
    });
    expect(bench.signIn.signedOut).toBe(true);
  });

  it("takes up the session and the device that a vault holds", async () => {
    const vault = memoryVault();
    const first = await signedIn({ vault });
    const before = first.client.state().session;
    await first.client.close();
    bench = first;
    const { openClient } = await import("../../src/client/index.ts");
    const { directory, signIn } = first;
    const second = await openClient({
      directory,
      vault,
      openBrowser: () => undefined,
      createSignIn: async () => signIn,
    });
    expect(second.state().session).toEqual(before);
    await until(second, ({ gateway }) => gateway.link === "online");
    await second.close();
  });

  it("sends the token to the pinned gateway only, and shows none in its state", async () => {
    bench = await signedIn({ vault: memoryVault() });
    const { token } = await bench.client.addClient("cursor");
    expect(bench.gateway.requests.every((request) => request.token === "token-1")).toBe(true);
    const shown = JSON.stringify(bench.client.state());
    expect(shown).not.toContain("token-1");
    expect(shown).not.toContain(token);
    expect(shown).not.toMatch(/"(d|hash|key)":/);
  });
});
