import { randomBytes } from "node:crypto";
import {
  AuthError,
  CryptoProvider,
  InteractionRequiredAuthError,
  PublicClientApplication,
  type AuthenticationResult,
} from "@azure/msal-node";
import type { ICachePlugin, INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import type { Provider } from "../../shared/provider.ts";
import type { Vault } from "../vault.ts";
import { nothingToEnd, sessionEndIn, type Adapter, type Authorization, type Tools } from "./adapter.ts";
import { openAuthority, type Authority } from "./entra-authority.ts";
import { reauthenticationNeeded } from "./faults.ts";
import type { Challenge, Tokens } from "./sign-in.ts";
import type { Transport } from "./transport.ts";

type EntraProvider = Extract<Provider, { kind: "entra" }>;

const key = "sign-in.entra";

interface Entra {
  readonly app: PublicClientApplication;
  readonly authority: Authority;
  readonly scopes: string[];
  /** Checks the id token, which MSAL does not, and reads the account from it. */
  accept(result: AuthenticationResult, nonce?: string): Promise<Tokens>;
}

/** Microsoft Entra ID, through MSAL; its token cache is what rests in the vault. */
export function entraAdapter(provider: EntraProvider, tools: Tools): Adapter {
  const entra = createEntra(provider, tools);
  const forget = async (): Promise<void> => {
    entra.app.clearCache();
    await tools.vault.delete(key);
  };
  return {
    // Entra ignores the port of http://localhost; 127.0.0.1 would need an edit of the registration's manifest.
    redirect: { host: "localhost", path: "/", ports: [0] },
    authorize: (redirectUri, challenge) => authorize(entra, redirectUri, challenge, forget),
    device: async (challenge) => {
      const { startDeviceCode } = await import("./device-code.ts");
      const issuer = `${provider.authority.replace(/\/$/, "")}/v2.0`;
      return startDeviceCode({ ...provider, issuer }, tools, challenge, async ({ refresh_token: refreshToken }) => {
        if (refreshToken === undefined) throw new Error("no refresh token came");
        // MSAL's own grant fails at the first slow_down; a refresh token from elsewhere it takes.
        const result = await entra.app.acquireTokenByRefreshToken({
          refreshToken,
          scopes: entra.scopes,
          forceCache: true,
        });
        if (result === null) throw new Error("MSAL gave no result");
        const tokens = await entra.accept(result);
        await keepOnly(entra.app, result.account?.homeAccountId);
        return tokens;
      });
    },
    refresh: async (challenge) => {
      const [account] = await entra.app.getAllAccounts();
      if (account === undefined) throw reauthenticationNeeded();
      const request = { account, scopes: entra.scopes, forceRefresh: true, ...claimsOf(challenge) };
      return entra.accept(await entra.app.acquireTokenSilent(request));
    },
    forget,
    // Entra lets a public client revoke nothing; the refresh token is gone from here.
    signOut: async () => {
      const signedIn = (await tools.vault.get(key)) !== null;
      await forget();
      return signedIn ? { logoutUrl: await entra.authority.logoutUrl(), provider: "unsupported" } : nothingToEnd;
    },
    holds: async () => (await tools.vault.get(key)) !== null,
    codeOf: (error) => (error instanceof AuthError ? codeIn(error) : null),
    challengeIn: (error) =>
      error instanceof InteractionRequiredAuthError && error.claims !== "" ? { claims: error.claims } : null,
  };
}

function createEntra(provider: EntraProvider, tools: Tools): Entra {
  const authority = openAuthority(provider.authority, provider.clientId, tools.transport);
  // MSAL keeps when a refresh token ends to itself. Calls never overlap, so this is the answer that a result came with.
  let lastAnswer: object = {};
  const app = new PublicClientApplication({
    auth: {
      clientId: provider.clientId,
      authority: provider.authority,
      knownAuthorities: [new URL(provider.authority).host],
      // We can take a claims challenge; Entra sends one only to clients that say so.
      clientCapabilities: ["CP1"],
    },
    cache: { cachePlugin: cacheIn(tools.vault) },
    system: { networkClient: networkThrough(tools.transport, (answer) => (lastAnswer = answer)) },
  });
  const accept = async (result: AuthenticationResult, nonce?: string): Promise<Tokens> => {
    const account = await authority.account(result.idToken, nonce);
    // MSAL counts from the system's clock.
    const leftMs = (result.expiresOn?.getTime() ?? Date.now()) - Date.now();
    const end = sessionEndIn(lastAnswer, tools.now());
    return { accessToken: result.accessToken, expiresAtMs: tools.now() + leftMs, account, ...end };
  };
  return { app, authority, scopes: provider.scope.split(" "), accept };
}

function claimsOf(challenge: Challenge | null): { readonly claims?: string } {
  return challenge?.claims === undefined ? {} : { claims: challenge.claims };
}

async function authorize(
  entra: Entra,
  redirectUri: string,
  challenge: Challenge | null,
  forget: () => Promise<void>,
): Promise<Authorization> {
  const { verifier, challenge: codeChallenge } = await new CryptoProvider().generatePkceCodes();
  const [state, nonce] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
  const request = { scopes: entra.scopes, redirectUri, state, nonce, ...claimsOf(challenge) };
  const url = await entra.app.getAuthCodeUrl({
    ...request,
    codeChallenge,
    codeChallengeMethod: "S256",
    responseMode: "query",
    // Entra knows no max_age; this is its way to a fresh auth_time (an optional claim of the API's registration).
    prompt: "login",
  });
  const exchange = async (callback: URL): Promise<Tokens> => {
    const code = callback.searchParams.get("code") ?? "";
    await entra.authority.prepare();
    const result = await entra.app.acquireTokenByCode(
      { ...request, code, codeVerifier: verifier },
      { code, state: callback.searchParams.get("state") ?? "", nonce },
    );
    try {
      const tokens = await entra.accept(result, nonce);
      await keepOnly(entra.app, result.account?.homeAccountId);
      return tokens;
    } catch (error) {
      // MSAL has stored what did not hold up.
      await forget();
      throw error;
    }
  };
  return { url, state, exchange };
}

/** One person at a time: an account of an earlier sign-in goes. */
async function keepOnly(app: PublicClientApplication, homeAccountId: string | undefined): Promise<void> {
  for (const account of await app.getAllAccounts()) {
    if (account.homeAccountId !== homeAccountId) await app.getTokenCache().removeAccount(account);
  }
}

function cacheIn(vault: Vault): ICachePlugin {
  return {
    beforeCacheAccess: async (context) => {
      const text = await vault.get(key);
      // What cannot be read counts as absent, and then one signs in anew.
      if (text !== null && isJson(text)) context.tokenCache.deserialize(text);
    },
    afterCacheAccess: async (context) => {
      if (context.cacheHasChanged) await vault.set(key, context.tokenCache.serialize());
    },
  };
}

/** MSAL's own client hides the causes of TLS failures and has no time-out. */
function networkThrough(transport: Transport, onToken: (answer: object) => void): INetworkModule {
  const send = async <T>(
    method: string,
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> => {
    const { headers = {}, body } = options;
    const answer = await transport.request(method, url, body === undefined ? { headers } : { headers, body });
    const told: unknown = JSON.parse(answer.body || "{}");
    if (typeof told === "object" && told !== null && "access_token" in told) onToken(told);
    // MSAL's interface leaves the body's shape to its caller inside MSAL, which checks it.
    return { status: answer.status, headers: { ...answer.headers }, body: told as T };
  };
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}

/** Codes of MSAL's own checks (`nonce_mismatch`, …) mean that an answer did not hold up, not that Entra refused. */
function codeIn(error: AuthError): string | null {
  return error.errorCode.endsWith("_mismatch") ? null : error.errorCode;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
