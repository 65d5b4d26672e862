import { createHash, createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { decodeJwt, SignJWT } from "jose";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import type { Provider } from "../../shared/provider.ts";
import { namedSecret, type ServiceCredentials } from "./service-credentials.ts";
import type { SignIn, Tokens } from "./sign-in.ts";
import { openTransport, type Transport } from "./transport.ts";

/**
 * The sign-in of a service: nobody is asked, no browser opens. Secrets and keys are read anew for each token, so that the platform may
 * rotate them; refused ones are `misconfigured`, which ends nothing. `ca` and `now` as for people.
 */
export function createServiceSignIn(
  provider: Provider,
  credentials: ServiceCredentials,
  options: { readonly ca?: string; readonly now?: () => number },
): SignIn {
  const now = options.now ?? Date.now;
  const transport = openTransport(options.ca, { now });
  let held: Tokens | null = null;
  let asking: Promise<Tokens> | null = null;

  const fetch = async (): Promise<Tokens> => {
    held = await (credentials.kind === "token"
      ? ownToken(credentials, now)
      : requested({ provider, credentials, transport, now }));
    return held;
  };
  const token: SignIn["token"] = async ({ minValidityMs = 60_000, force = false } = {}) => {
    if (held !== null && !force && held.expiresAtMs - now() >= minValidityMs) return held;
    asking ??= fetch().finally(() => (asking = null));
    return await asking;
  };
  return {
    signIn: async ({ signal }) => {
      signal.throwIfAborted();
      return await token({ force: true });
    },
    token,
    isMoreAsked: () => false,
    signOut: async () => {
      held = null;
      return { logoutUrl: null, provider: "none", kept: false };
    },
    close: () => transport.close(),
  };
}

type Requesting = Exclude<ServiceCredentials, { readonly kind: "token" }>;

interface Request {
  readonly provider: Provider;
  readonly credentials: Requesting;
  readonly transport: Transport;
  readonly now: () => number;
}

const metadata = z.object({ token_endpoint: z.url() });
const granted = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().default(300),
});
const refused = z.object({ error: z.string() });

/** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
async function requested({ provider, credentials, transport, now }: Request): Promise<Tokens> {
  const endpoint = await tokenEndpoint(provider, transport);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: credentials.clientId,
    scope: credentials.scope ?? scopeOf(provider),
    ...(provider.kind === "oidc" && provider.resource !== undefined ? { resource: provider.resource } : {}),
    ...(await proof(credentials, provider, endpoint, now())),
  });
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const answer = await transport.request("POST", endpoint, { headers, body: form.toString() });
  if (answer.status !== 200) throw refusal(answer.body, credentials);
  const told = granted.parse(JSON.parse(answer.body));
  const account = { subject: credentials.clientId, name: credentials.clientId };
  return { accessToken: told.access_token, expiresAtMs: now() + told.expires_in * 1000, account };
}

async function tokenEndpoint(provider: Provider, transport: Transport): Promise<string> {
  const base = provider.kind === "entra" ? `${provider.authority.replace(/\/$/, "")}/v2.0` : provider.issuer;
  const answer = await transport.request("GET", `${base.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const found = metadata.safeParse(answer.status === 200 ? JSON.parse(answer.body) : null);
  if (found.success) return found.data.token_endpoint;
  throw new CountersignError("misconfigured", `${base} says nothing of where tokens are asked for.`);
}

/** What people ask for besides signing in; of Entra a service gets all that it was assigned, and nothing by name. */
function scopeOf({ kind, scope }: Provider): string {
  const wanted = scope.split(" ").filter((word) => !["openid", "profile", "email", "offline_access"].includes(word));
  return kind === "entra" ? wanted.map((word) => word.replace(/\/[^/]*$/, "/.default")).join(" ") : wanted.join(" ");
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async function proof(
  credentials: Requesting,
  provider: Provider,
  endpoint: string,
  nowMs: number,
): Promise<Readonly<Record<string, string>>> {
  switch (credentials.kind) {
    case "secret":
      return { client_secret: await namedSecret(credentials.secret) };
    case "assertion":
      return { client_assertion_type: assertionType, client_assertion: await namedSecret(credentials.assertion) };
    case "key":
      return {
        client_assertion_type: assertionType,
        client_assertion: await signed(credentials, provider, endpoint, nowMs),
      };
    default:
      return credentials satisfies never;
  }
}

/** RFC 7523, section 3. It lives for minutes on either side, as clocks differ. */
async function signed(
  { clientId, key, keyId, certificate }: Extract<Requesting, { readonly kind: "key" }>,
  provider: Provider,
  endpoint: string,
  nowMs: number,
): Promise<string> {
  const privateKey = readKey(await namedSecret(key), key);
  const rsa = provider.kind === "entra" ? "PS256" : "RS256";
  const header = {
    alg: privateKey.asymmetricKeyType === "ec" ? "ES256" : rsa,
    typ: "JWT",
    ...(keyId === undefined ? {} : { kid: keyId }),
    ...(certificate === undefined ? {} : { "x5t#S256": thumbprint(await namedSecret(certificate)) }),
  };
  const seconds = Math.floor(nowMs / 1000);
  return await new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: endpoint,
    jti: randomUUID(),
    nbf: seconds - 300,
    exp: seconds + 600,
  })
    .setProtectedHeader(header)
    .sign(privateKey);
}

function readKey(pem: string, name: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    // The parser's own error may quote the key.
    throw new CountersignError("misconfigured", `${name} is no private key in PEM without a passphrase.`);
  }
}

function thumbprint(pem: string): string {
  return createHash("sha256").update(new X509Certificate(pem).raw).digest("base64url");
}

function refusal(body: string, { clientId, kind }: Requesting): CountersignError {
  const error = errorIn(body);
  if (error === "temporarily_unavailable" || error === "server_error")
    return new CountersignError("transient", "The sign-in provider has a fault of its own. Try again in a minute.");
  const what = `The sign-in provider refuses the service ${clientId} (${/^[\w.-]{1,60}$/.test(error) ? error : "without a proper code"})`;
  return new CountersignError("misconfigured", `${what}: look at its ${kind}, and at what was assigned to it there.`);
}

function errorIn(body: string): string {
  try {
    return refused.parse(JSON.parse(body)).error;
  } catch {
    return "";
  }
}

/** The end is the token's own claim; its signature is the gateway's to check. */
async function ownToken(
  { token }: Extract<ServiceCredentials, { readonly kind: "token" }>,
  now: () => number,
): Promise<Tokens> {
  const accessToken = await namedSecret(token);
  try {
    const { exp, sub = "" } = decodeJwt(accessToken);
    return {
      accessToken,
      expiresAtMs: exp === undefined ? now() + 300_000 : exp * 1000,
      account: { subject: sub, name: sub },
    };
  } catch {
    throw new CountersignError("misconfigured", `${token} holds no token (JWT).`);
  }
}
