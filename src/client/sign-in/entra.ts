import { randomBytes } from "node:crypto";
import {
  AuthError,
  CryptoProvider,
  InteractionRequiredAuthError,
  PublicClientApplication,
  type AuthenticationResult,
} from "@azure/msal-node";
import type { Provider } from "../../shared/provider.ts";
import { nothingToEnd, sessionEndIn, type Adapter, type Authorization, type Tools } from "./adapter.ts";
import { openAuthority, type Authority } from "./entra-authority.ts";
import { cacheIn, networkThrough } from "./entra-wiring.ts";
import { reauthenticationNeeded } from "./faults.ts";
import type { Challenge, Tokens } from "./sign-in.ts";

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
      // MSAL adds these by itself elsewhere.
      const scope = [...new Set(["openid", "profile", "offline_access", ...entra.scopes])].join(" ");
      return startDeviceCode(
        { clientId: provider.clientId, issuer, scope },
        tools,
        challenge,
        async ({ refresh_token: refreshToken }) => {
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
        },
      );
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
    cache: { cachePlugin: cacheIn(tools.vault, key) },
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

/** Codes of MSAL's own checks (`nonce_mismatch`, …) mean that an answer did not hold up, not that Entra refused. */
function codeIn(error: AuthError): string | null {
  return error.errorCode.endsWith("_mismatch") ? null : error.errorCode;
}
