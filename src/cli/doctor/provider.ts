import { z } from "zod";
import { openTransport, type Transport } from "../../client/sign-in/transport.ts";
import type { Provider } from "../../shared/provider.ts";
import { clockFinding, doubt, failed, fine, wrong, type Finding } from "./finding.ts";
import { counted } from "../counted.ts";

/** A way to sign in, and the audience that its tokens must name. `ca`: PEM of the only authority to trust. */
export interface Way {
  readonly provider: Provider;
  readonly audience: string;
  readonly ca?: string | undefined;
}

const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  jwks_uri: z.url(),
  scopes_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  device_authorization_endpoint: z.url().optional(),
});
type Metadata = z.infer<typeof metadata>;
const keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/** What can be seen of a provider without signing in: `id` begins each finding's own. */
export async function checkProvider(
  id: string,
  { provider, audience, ca }: Way,
  now: () => number,
): Promise<Finding[]> {
  const transport = openTransport(ca, { now });
  try {
    const settings = settingsOf(id, provider, audience);
    const base = provider.kind === "entra" ? `${trimmed(provider.authority)}/v2.0` : trimmed(provider.issuer);
    const read = await readMetadata(id, base, transport, now);
    if (read.metadata === null) return [...settings, ...read.findings];
    return [
      ...settings,
      ...read.findings,
      issuerFinding(id, provider, read.metadata),
      await keysFinding(id, read.metadata, transport),
      ...offers(id, provider, read.metadata),
    ];
  } finally {
    transport.close();
  }
}

async function readMetadata(
  id: string,
  base: string,
  transport: Transport,
  now: () => number,
): Promise<{ readonly metadata: Metadata | null; readonly findings: readonly Finding[] }> {
  const url = `${base}/.well-known/openid-configuration`;
  const cure =
    "Compare the address with the provider's own page, letter by letter, and see that this machine reaches it.";
  try {
    const answer = await transport.request("GET", url);
    const found = metadata.safeParse(answer.status === 200 ? JSON.parse(answer.body) : null);
    if (!found.success)
      return { metadata: null, findings: [wrong(`${id}.metadata`, `${url} is no metadata (${answer.status})`, cure)] };
    const clock = Date.parse(answer.headers["date"] ?? "");
    return {
      metadata: found.data,
      findings: [
        fine(`${id}.metadata`, `${url} answers`),
        ...(Number.isNaN(clock) ? [] : [clockFinding(`${id}.clock`, "the provider's", clock - now(), 60_000)]),
      ],
    };
  } catch (error) {
    return { metadata: null, findings: [failed(`${id}.metadata`, error, cure)] };
  }
}

/** OpenID Connect Discovery 1.0, section 4.3. An Entra authority of many tenants states a template. */
function issuerFinding(id: string, provider: Provider, { issuer }: Metadata): Finding {
  const expected = provider.kind === "entra" ? `${trimmed(provider.authority)}/v2.0` : provider.issuer;
  if (issuer === expected) return fine(`${id}.issuer`, `It calls itself ${issuer}`);
  const cure = `Write ${JSON.stringify(issuer)} where the issuer stands, in gateway.yaml too, if that is the one you mean.`;
  return wrong(`${id}.issuer`, `It calls itself ${issuer}, not ${expected}`, cure);
}

async function keysFinding(id: string, { jwks_uri: url }: Metadata, transport: Transport): Promise<Finding> {
  const cure = "See that the provider publishes signing keys there.";
  try {
    const found = keys.safeParse(JSON.parse((await transport.request("GET", url)).body));
    if (found.success) return fine(`${id}.keys`, `${counted(found.data.keys.length, "signing key")} at ${url}`);
    return wrong(`${id}.keys`, `${url} holds no keys`, cure);
  } catch (error) {
    return failed(`${id}.keys`, error, cure);
  }
}

function offers(id: string, provider: Provider, found: Metadata): readonly Finding[] {
  const pkce = found.code_challenge_methods_supported;
  const unknown = provider.scope.split(" ").filter((scope) => found.scopes_supported?.includes(scope) === false);
  return [
    ...(pkce === undefined || pkce.includes("S256")
      ? []
      : [wrong(`${id}.pkce`, "It offers no PKCE with S256", "Let it accept PKCE (RFC 7636) for public clients.")]),
    // Entra lists no scopes of APIs, Okta those alone that are published, and others none of a resource's.
    ...(provider.kind !== "oidc" || provider.resource !== undefined || unknown.length === 0
      ? []
      : [doubt(`${id}.scopes`, `It doesn't list ${unknown.join(", ")}`, "See that these scopes exist there.")]),
    found.device_authorization_endpoint === undefined
      ? doubt(
          `${id}.device-code`,
          "It offers no device code",
          "sign-in --device-code won't work; nothing else needs it.",
        )
      : fine(`${id}.device-code`, "It offers device codes"),
  ];
}

/** What the settings themselves show. */
function settingsOf(id: string, provider: Provider, audience: string): readonly Finding[] {
  const words = provider.scope.split(" ");
  // MSAL asks for both by itself.
  const needed = provider.kind === "entra" ? [] : ["openid", "offline_access"];
  const missing = needed.filter((scope) => !words.includes(scope));
  const common =
    missing.length === 0
      ? fine(`${id}.scope`, `Asks for ${provider.scope}`)
      : wrong(
          `${id}.scope`,
          `scope lacks ${missing.join(" and ")}`,
          "Add it: without openid nobody signs in, without offline_access every session ends with its first token.",
        );
  switch (provider.kind) {
    case "entra":
      return [common, ...entraSettings(id, provider.authority, words, audience)];
    case "okta":
      return [common, ...oktaSettings(id, provider.issuer, words)];
    case "oidc":
      return [common];
    default:
      return provider satisfies never;
  }
}

function entraSettings(id: string, authority: string, words: readonly string[], audience: string): readonly Finding[] {
  const tenant = new URL(authority).pathname.split("/")[1] ?? "";
  const tenantFinding = /^[0-9a-f-]{36}$/i.test(tenant)
    ? fine(`${id}.tenant`, `One tenant, ${tenant}`)
    : wrong(
        `${id}.tenant`,
        `authority names ${tenant === "" ? "no tenant" : tenant}, not a tenant's id`,
        "Write https://login.microsoftonline.com/TENANT-ID (Overview of the tenant): common and organizations let others' accounts sign in.",
      );
  const api = words.find((word) => word.startsWith("api://"));
  if (api === undefined) {
    const cure = "Add the API's scope, api://API-ID/SCOPE (Expose an API); without it the token is for Graph.";
    return [tenantFinding, wrong(`${id}.api`, "scope names no API of yours", cure)];
  }
  const apiId = api.slice("api://".length).split("/")[0] ?? "";
  const named = `The API ${apiId} is asked for, and ${audience} is the audience`;
  if (apiId === audience) return [tenantFinding, fine(`${id}.api`, named)];
  const cure =
    "In version 2.0 tokens aud is the API's application id (requestedAccessTokenVersion 2): set audience to that.";
  return [tenantFinding, doubt(`${id}.api`, named, cure)];
}

function oktaSettings(id: string, issuer: string, words: readonly string[]): readonly Finding[] {
  const own = words.filter((word) => !["openid", "profile", "email", "groups", "offline_access"].includes(word));
  return [
    /\/oauth2\/[^/]+$/.test(issuer)
      ? fine(`${id}.server`, "A custom authorization server")
      : wrong(
          `${id}.server`,
          "issuer is the organisation's own authorization server",
          "Use a custom one (https://ORG.okta.com/oauth2/default, or your own): nobody but Okta can check the organisation's tokens.",
        ),
    own.length > 0
      ? fine(`${id}.own-scope`, `A scope of your own, ${own.join(" ")}`)
      : doubt(
          `${id}.own-scope`,
          "scope names none of your own",
          "Add a scope at the authorization server and ask for it.",
        ),
  ];
}

const trimmed = (url: string): string => url.replace(/\/$/, "");
