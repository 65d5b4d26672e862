import {
  OktaAuth,
  buildAuthorizeParams,
  getOAuthUrls,
  type HttpRequestClient,
  type Tokens as OktaTokens,
} from "@okta/okta-auth-js/core";
import { z } from "zod";
import type { Provider } from "../../shared/provider.ts";
import {
  clockToleranceSeconds,
  freshSeconds,
  nothingToEnd,
  type Adapter,
  type Authorization,
  type Tools,
} from "./adapter.ts";
import type { DeviceAnswer } from "./device-code.ts";
import { moreIsAsked, reauthenticationNeeded } from "./faults.ts";
import { revoke } from "./okta-revocation.ts";
import { readRecord } from "./record.ts";
import type { Challenge, Tokens } from "./sign-in.ts";
import type { Transport } from "./transport.ts";

type OktaProvider = Extract<Provider, { kind: "okta" }>;

const key = "sign-in.okta";
const token = { expiresAt: z.number(), authorizeUrl: z.string(), scopes: z.array(z.string()) };
const record = z.object({
  refreshToken: z.object({ ...token, refreshToken: z.string(), tokenUrl: z.string(), issuer: z.string() }).nullable(),
  account: z.object({ subject: z.string(), name: z.string() }),
});
type Record = z.infer<typeof record>;

/** Okta, through okta-auth-js. Of the library we use the protocol calls only: its token manager and timers stay off. */
export function oktaAdapter(provider: OktaProvider, tools: Tools): Adapter {
  const okta = createOkta(provider, tools.transport);
  const load = (): Promise<Record | null> => readRecord(tools.vault, key, record);
  const keep = async (answer: OktaTokens, before: Record | null): Promise<Tokens> => {
    const next = recordOf(answer, before);
    await tools.vault.set(key, JSON.stringify(next));
    return tokensOf(answer, next, tools.now());
  };
  return {
    redirect: { host: "127.0.0.1", path: "/callback", ports: provider.redirectPorts },
    authorize: (redirectUri, challenge) => authorize(okta, redirectUri, challenge, (answer) => keep(answer, null)),
    device: async (challenge) => {
      const { startDeviceCode } = await import("./device-code.ts");
      return startDeviceCode(provider, tools, challenge, async (answer) => {
        const stored = recordOfDevice(answer, okta, provider);
        await tools.vault.set(key, JSON.stringify(stored));
        const expiresAtMs = tools.now() + (answer.expires_in ?? 300) * 1000;
        return withEnd({ accessToken: answer.access_token, expiresAtMs, account: stored.account }, stored);
      });
    },
    refresh: async (challenge) => {
      if (challenge !== null) throw moreIsAsked();
      const stored = await load();
      if (stored === null || stored.refreshToken === null) throw reauthenticationNeeded();
      const scopes = provider.scope.split(" ");
      return keep(await okta.token.renewTokensWithRefresh({ scopes }, stored.refreshToken), stored);
    },
    forget: () => tools.vault.delete(key),
    signOut: async () => {
      const stored = await load();
      await tools.vault.delete(key);
      if (stored === null) return nothingToEnd;
      return {
        // Its /v1/logout takes the id token in the address, which is shown; this one takes the browser's own session.
        logoutUrl: new URL("/login/signout", provider.issuer).href,
        provider: await revoke(okta, provider.clientId, stored.refreshToken?.refreshToken ?? null, tools.transport),
      };
    },
    holds: async () => (await tools.vault.get(key)) !== null,
    codeOf,
    challengeIn: () => null,
  };
}

function createOkta(provider: OktaProvider, transport: Transport): OktaAuth {
  const memory = new Map<string, string>();
  const storageProvider = {
    getItem: (name: string) => memory.get(name) ?? null,
    setItem: (name: string, value: string) => void memory.set(name, value),
    removeItem: (name: string) => void memory.delete(name),
  };
  const kept = { storageProvider };
  return new OktaAuth({
    issuer: provider.issuer,
    clientId: provider.clientId,
    scopes: provider.scope.split(" "),
    pkce: true,
    maxClockSkew: clockToleranceSeconds,
    httpRequestClient: requestThrough(transport),
    tokenManager: { autoRenew: false, autoRemove: false, syncStorage: false, storage: storageProvider },
    // Left to itself the library shares one global store between all instances in the process.
    storageManager: { token: kept, transaction: kept, cache: kept, "shared-transaction": kept, "original-uri": kept },
  });
}

/** okta-auth-js takes an answer of 400 and above as a rejection with the answer itself. */
function requestThrough(transport: Transport): HttpRequestClient {
  return async (method, url, { headers, data }) => {
    const body = typeof data === "string" ? { body: data } : {};
    const sent = Object.fromEntries(new Headers(headers));
    const answer = await transport.request(method, url, { headers: sent, ...body });
    const response = { responseText: answer.body, status: answer.status, headers: { ...answer.headers } };
    // oxlint-disable-next-line typescript/only-throw-error -- the library's contract
    if (answer.status >= 400) throw response;
    return response;
  };
}

async function authorize(
  okta: OktaAuth,
  redirectUri: string,
  challenge: Challenge | null,
  keep: (answer: OktaTokens) => Promise<Tokens>,
): Promise<Authorization> {
  const params = await okta.token.prepareTokenParams({
    redirectUri,
    maxAge: Math.min(challenge?.maxAgeSeconds ?? freshSeconds, freshSeconds),
    // Okta takes one, and the library holds the answer's against it letter by letter.
    ...(challenge?.acrValues === undefined ? {} : { acrValues: challenge.acrValues.split(" ", 1)[0] ?? "" }),
  });
  const { state, nonce } = params;
  if (state === undefined || nonce === undefined) throw new Error("okta-auth-js made no state or no nonce");
  const urls = getOAuthUrls(okta, params);
  const url = `${String(urls.authorizeUrl)}${buildAuthorizeParams(params)}`;
  const exchange = async (callback: URL): Promise<Tokens> => {
    const authorizationCode = callback.searchParams.get("code") ?? "";
    const answer = await okta.token.exchangeCodeForTokens({ ...params, authorizationCode }, urls);
    // The library checks signature, issuer, audience and time of the id token, but not this.
    if (answer.tokens.idToken?.claims["nonce"] !== nonce) throw new Error("the id token’s nonce is not ours");
    return keep(answer.tokens);
  };
  return { url, state, exchange };
}

function recordOf(answer: OktaTokens, before: Record | null): Record {
  const claims = answer.idToken?.claims;
  const account = claims ? { subject: claims.sub, name: claims.name ?? claims.sub } : before?.account;
  if (account === undefined) throw new Error("no id token came");
  return { refreshToken: answer.refreshToken ?? before?.refreshToken ?? null, account };
}

/** As the library keeps a refresh token itself. */
function recordOfDevice(answer: DeviceAnswer, okta: OktaAuth, provider: OktaProvider): Record {
  const claims = answer.claims();
  if (claims === undefined) throw new Error("no id token came");
  const { authorizeUrl = "", tokenUrl = "" } = getOAuthUrls(okta);
  const kept = {
    refreshToken: answer.refresh_token ?? "",
    expiresAt: 0,
    authorizeUrl,
    tokenUrl,
    issuer: provider.issuer,
    scopes: provider.scope.split(" "),
  };
  const name = typeof claims["name"] === "string" ? claims["name"] : claims.sub;
  return { refreshToken: answer.refresh_token === undefined ? null : kept, account: { subject: claims.sub, name } };
}

function tokensOf(answer: OktaTokens, stored: Record, nowMs: number): Tokens {
  if (answer.accessToken === undefined) throw new Error("no access token came");
  // The library counts from the system's clock, in seconds.
  const leftMs = answer.accessToken.expiresAt * 1000 - Date.now();
  return withEnd(
    { accessToken: answer.accessToken.accessToken, expiresAtMs: nowMs + leftMs, account: stored.account },
    stored,
  );
}

/** Okta doesn't say when a refresh token ends; the library's own `expiresAt` of it is the access token's. */
function withEnd(tokens: Tokens, stored: Record): Tokens {
  return stored.refreshToken === null ? { ...tokens, sessionEndsAtMs: tokens.expiresAtMs } : tokens;
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("errorCode" in error)) return null;
  // AuthSdkError says INTERNAL where an answer failed its own checks.
  return typeof error.errorCode === "string" && error.errorCode !== "INTERNAL" ? error.errorCode : null;
}
