import { Agent, request } from "undici";
import type { IdentityProvider } from "../../src/demo/idp/index.ts";
import type { TokenVerifier } from "../../src/gateway/identity/principal.ts";
import { createTokenVerifier } from "../../src/gateway/identity/verifier.ts";

/** What a gateway makes of tokens of the stand-in's three issuers, which are named by their kind; its people and its services are let in. */
export function verifierFor({ oidc, entra, okta, ca, services }: IdentityProvider): TokenVerifier {
  const issuers = [oidc, entra, okta].map(({ kind, issuer, audience, clientId, tenantId, jwksUri }) => ({
    name: kind,
    kind,
    issuer,
    jwksUri,
    audience,
    clients: [clientId, services.bySecret.clientId, services.byKey.clientId],
    groupsClaim: "groups",
    ...(tenantId === null ? {} : { tenants: [tenantId] }),
  }));
  const dispatcher = new Agent({ connect: { ca }, keepAliveTimeout: 1_000 });
  const fetch = async (url: string) => {
    const answer = await request(url, { dispatcher });
    return { status: answer.statusCode, text: () => answer.body.text() };
  };
  return createTokenVerifier(
    { issuers, roles: { admin: [], auditor: [] }, identities: [] },
    { fetch, now: () => Date.now() },
  );
}
