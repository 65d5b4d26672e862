import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient, type Client } from "../../src/client/index.ts";
import { writeProfile } from "../../src/client/profile.ts";
import { CountersignError, type ErrorCode } from "../../src/shared/errors.ts";
import type { Discovery } from "../../src/shared/provider.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { groundSignIn, modernRequest, type Ground } from "../gateway/mcp/ground.ts";
import { until } from "../client/workbench.ts";

/** A person's client before a real gateway, signed in by a provider that the test turns, on the gateway's own clock. */
export interface InstalledClient {
  readonly client: Client;
  readonly directory: string;
  /** The provider: how often it was asked for a new token, and how it fails from now on. */
  readonly provider: { refreshes: number; failure: ErrorCode | null };
  /** Browser pages that were opened. */
  readonly opened: string[];
  /** One call through the tunnel: the answer's JSON, whatever its form. */
  call(tool: string, input?: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  /** The tunnel's address and this test's own token for it. */
  readonly tunnel: { readonly url: string; readonly token: string };
  close(): Promise<void>;
}

export interface InstalledOptions {
  readonly person?: string;
  readonly groups?: readonly string[];
  /** How long the provider's tokens last. */
  readonly lastsS?: number;
  /** The origin that the gateway is reached at, where that is not its own address. */
  readonly gateway?: string;
  readonly now?: () => number;
  /** Timers of that clock. */
  readonly after?: (ms: number, run: () => void) => () => void;
  /** Told of each token that the provider gave. */
  readonly onRefresh?: () => void;
}

/** Signs in, enrols the device, and opens the tunnel. */
export async function installClient(ground: Ground, options: InstalledOptions = {}): Promise<InstalledClient> {
  const { person = "erin", groups = ["engineers"], lastsS = 3600 } = options;
  const now = options.now ?? (() => Date.now() + ground.clock.aheadMs);
  const directory = await mkdtemp(join(tmpdir(), "countersign-installed-"));
  const origin = options.gateway ?? ground.url;
  const found = (await (await fetch(`${origin}/.well-known/countersign`)).json()) as Discovery;
  await writeProfile(directory, {
    v: 1,
    gateway: origin,
    audience: "gateway",
    ledgerKey: found.ledgerKey,
    provider: groundSignIn,
  });
  const opened: string[] = [];
  const turned: InstalledClient["provider"] = { refreshes: 0, failure: null };
  let held: { readonly accessToken: string; readonly expiresAtMs: number } | null = null;
  const account = { subject: person, name: person };
  const fresh = async () => {
    if (turned.failure !== null) throw new CountersignError(turned.failure, `provider: ${turned.failure}`);
    const accessToken = await ground.token(person, groups, "app", lastsS);
    held = { accessToken, expiresAtMs: now() + lastsS * 1000 };
    return { ...held, account };
  };
  let refreshing: ReturnType<typeof fresh> | null = null;
  const refresh = async () => {
    turned.refreshes += 1;
    const tokens = await fresh();
    options.onRefresh?.();
    return tokens;
  };
  const client = await openClient({
    directory,
    now,
    deviceName: `${person}'s`,
    ...(options.after === undefined ? {} : { after: options.after }),
    openBrowser: (url) => void opened.push(url),
    createSignIn: async () => ({
      async signIn(wanted) {
        await wanted.openBrowser("http://127.0.0.1:1/authorize");
        return await fresh();
      },
      async token({ minValidityMs = 0, force = false } = {}) {
        if (!force && held !== null && held.expiresAtMs - now() > minValidityMs) return { ...held, account };
        // Concurrent calls share one refresh, as SignIn promises.
        refreshing ??= refresh().finally(() => (refreshing = null));
        return await refreshing;
      },
      isMoreAsked: () => false,
      signOut: async () => ({ provider: "none", kept: false, logoutUrl: null }),
      close: () => undefined,
    }),
  });
  const signedIn = await client.call("session.signIn", {}, "window");
  if (!signedIn.ok) throw new Error(signedIn.error.message);
  await client.openTunnel();
  await until(client, ({ gateway, tunnel }) => gateway.link === "online" && tunnel.state === "open");
  const state = client.state().tunnel;
  if (state.state !== "open") throw new Error("the tunnel did not open");
  const { token } = await client.addClient("test");
  const tunnel = { url: `http://127.0.0.1:${state.port}/mcp/target`, token };
  let id = 0;
  return {
    client,
    directory,
    provider: turned,
    opened,
    tunnel,
    async call(tool, input = {}, signal) {
      id += 1;
      const { headers, body } = modernRequest(id, "tools/call", { name: tool, arguments: input });
      const common = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const accept = "application/json, text/event-stream";
      const answer = await fetch(tunnel.url, {
        method: "POST",
        headers: { ...common, accept, ...headers },
        body: JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await answer.text();
      const last = text.split("\n").findLast((line) => line.startsWith("data: {"));
      return JSON.parse(last?.slice("data: ".length) ?? text) as JsonObject;
    },
    async close() {
      await client.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
