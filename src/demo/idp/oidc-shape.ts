import type { Shape } from "./shape.ts";

/** A plain OpenID Connect provider: RFC 9068 access tokens, asked for by a resource indicator. */
export function oidcShape(origin: string, audience: string): Shape {
  const clientId = "countersign";
  return {
    kind: "oidc",
    issuer: origin,
    audience,
    resource: audience,
    resourceScope: "mcp",
    resourceIsAsked: true,
    clientId,
    tenantId: null,
    routes: {},
    client: {
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback", "http://[::1]/callback"],
    },
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email"] },
    accessTokenType: "at+jwt",
    signIn: {
      kind: "oidc",
      issuer: origin,
      clientId,
      scope: "openid profile offline_access mcp",
      resource: audience,
    },
    accountId: (person) => person.id,
    idTokenClaims: (person) => ({ name: person.name, preferred_username: person.email, email: person.email }),
    serviceTokenClaims: ({ clientId: client, scope }) => ({ sub: client, client_id: client, scope }),
    accessTokenClaims: ({ person, clientId: client, scope, authTime, acr, amr }) => ({
      sub: person.id,
      client_id: client,
      scope,
      auth_time: authTime,
      acr,
      amr,
      name: person.name,
      email: person.email,
      groups: person.groups,
    }),
  };
}
