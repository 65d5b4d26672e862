import * as client from "openid-client";
import { z } from "zod";
import type { SignedOut } from "../../shared/console.ts";
import type { Provider } from "../../shared/provider.ts";
import { freshSeconds, nothingToEnd, sessionEndIn, type Adapter, type Authorization, type Tools } from "./adapter.ts";
import { moreIsAsked, reauthenticationNeeded } from "./faults.ts";
import { startDeviceCode } from "./device-code.ts";
import { readConfiguration } from "./openid-configuration.ts";
import { readRecord } from "./record.ts";
import type { Challenge, Tokens } from "./sign-in.ts";

type OidcProvider = Extract<Provider, { kind: "oidc" }>;

const key = "sign-in.oidc";
const record = z.object({
  refreshToken: z.string().nullable(),
  account: z.object({ subject: z.string(), name: z.string() }),
});
type Record = z.infer<typeof record>;
type Granted = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

/** Any OpenID Connect provider, through openid-client. */
export function oidcAdapter(provider: OidcProvider, tools: Tools): Adapter {
  const discovered = discoverOnce(provider, tools);
  const resource = provider.resource === undefined ? {} : { resource: provider.resource };

  return {
    redirect: { host: "127.0.0.1", path: "/callback", ports: [0] },
    authorize: async (redirectUri, challenge) =>
      authorize(await discovered(), provider, { redirectUri, challenge }, tools),
    device: (challenge) => startDeviceCode(provider, tools, challenge, (answer) => keep(answer, tools)),
    refresh: async (challenge) => {
      if (challenge !== null) throw moreIsAsked();
      const stored = await readRecord(tools.vault, key, record);
      if (stored === null || stored.refreshToken === null) throw reauthenticationNeeded();
      const answer = await client.refreshTokenGrant(await discovered(), stored.refreshToken, resource);
      const next = { ...stored, refreshToken: answer.refresh_token ?? stored.refreshToken };
      await tools.vault.set(key, JSON.stringify(next));
      return tokensOf(answer, next, tools.now());
    },
    forget: () => tools.vault.delete(key),
    signOut: async () => {
      const stored = await readRecord(tools.vault, key, record);
      await tools.vault.delete(key);
      return stored === null ? nothingToEnd : endAtProvider(discovered, stored);
    },
    holds: async () => (await tools.vault.get(key)) !== null,
    codeOf: (error) => {
      if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) {
        return error.error;
      }
      return null;
    },
    challengeIn: () => null,
  };
}

/** The provider's metadata, read at the first need and again after a failure. */
function discoverOnce(provider: OidcProvider, tools: Tools): () => Promise<client.Configuration> {
  let pending: Promise<client.Configuration> | null = null;
  return () => {
    pending ??= readConfiguration(provider.issuer, provider.clientId, tools).catch((error: unknown) => {
      pending = null;
      throw error;
    });
    return pending;
  };
}

/** What a sign-in brought, by whichever way. */
async function keep(answer: Granted, tools: Tools): Promise<Tokens> {
  const claims = answer.claims();
  if (claims === undefined) throw new Error("no id token came");
  const account = { subject: claims.sub, name: nameIn(claims) };
  const stored: Record = { refreshToken: answer.refresh_token ?? null, account };
  await tools.vault.set(key, JSON.stringify(stored));
  return tokensOf(answer, stored, tools.now());
}

async function authorize(
  config: client.Configuration,
  provider: OidcProvider,
  { redirectUri, challenge }: { readonly redirectUri: string; readonly challenge: Challenge | null },
  tools: Tools,
): Promise<Authorization> {
  const maxAge = Math.min(challenge?.maxAgeSeconds ?? freshSeconds, freshSeconds);
  const resource = provider.resource === undefined ? {} : { resource: provider.resource };
  const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: provider.scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    max_age: String(maxAge),
    // OpenID Connect Core, section 11: offline access is granted with consent only.
    ...(provider.scope.split(" ").includes("offline_access") ? { prompt: "consent" } : {}),
    ...(challenge?.acrValues === undefined ? {} : { acr_values: challenge.acrValues }),
    ...(challenge?.claims === undefined ? {} : { claims: challenge.claims }),
    ...resource,
  });
  const exchange = async (callback: URL): Promise<Tokens> => {
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge };
    const answer = await client.authorizationCodeGrant(config, callback, checks, resource);
    return keep(answer, tools);
  };
  return { url: url.href, state, exchange };
}

async function endAtProvider(
  discovered: () => Promise<client.Configuration>,
  stored: Record,
): Promise<Omit<SignedOut, "kept" | "gateway">> {
  try {
    const config = await discovered();
    const { end_session_endpoint: ending } = config.serverMetadata();
    // Without id_token_hint: the address is shown, and an id token has no place there. The provider asks the person instead.
    const logoutUrl = ending === undefined ? null : client.buildEndSessionUrl(config).href;
    return { logoutUrl, provider: await revoke(config, stored.refreshToken) };
  } catch {
    return { logoutUrl: null, provider: "failed" };
  }
}

/** RFC 7009, section 2.2 answers 200 whatever became of the token: that it is refused now is what proves the revocation. */
async function revoke(config: client.Configuration, refreshToken: string | null): Promise<SignedOut["provider"]> {
  if (refreshToken === null || config.serverMetadata().revocation_endpoint === undefined) return "unsupported";
  try {
    await client.tokenRevocation(config, refreshToken);
    await client.refreshTokenGrant(config, refreshToken);
    return "failed";
  } catch (error) {
    return error instanceof client.ResponseBodyError && error.error === "invalid_grant" ? "revoked" : "failed";
  }
}

function tokensOf(
  answer: { readonly access_token: string; readonly expires_in?: number | undefined },
  { account, refreshToken }: Record,
  nowMs: number,
): Tokens {
  // RFC 6749, section 5.1 only recommends expires_in; without it the token counts as short-lived.
  const expiresAtMs = nowMs + (answer.expires_in ?? 300) * 1000;
  const end = refreshToken === null ? { sessionEndsAtMs: expiresAtMs } : sessionEndIn(answer, nowMs);
  return { accessToken: answer.access_token, expiresAtMs, account, ...end };
}

function nameIn(claims: client.IDToken): string {
  const name = claims["name"] ?? claims["preferred_username"];
  return typeof name === "string" ? name : claims.sub;
}
