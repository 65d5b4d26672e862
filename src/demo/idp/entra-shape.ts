import { entraObjectId } from "./people.ts";
import type { Shape } from "./shape.ts";

const tenantId = "5f1c7f0e-3f0a-4c58-9d0b-2f6d5f3c9a11";
const clientId = "0a7b9c52-6c1e-4a59-8f5d-77b3d0c4e2f6";
/** The API's own app registration, which is the audience of version 2.0 tokens. */
const apiId = "c3d2a1b0-9e8f-4d7c-8b6a-5f4e3d2c1b0a";

/** Microsoft Entra ID as MSAL and a gateway see it: one tenant, version 2.0 tokens. */
export function entraShape(origin: string): Shape {
  const scope = `api://${apiId}/access`;
  return {
    kind: "entra",
    issuer: `${origin}/${tenantId}/v2.0`,
    audience: apiId,
    resource: `api://${apiId}`,
    resourceScope: scope,
    resourceIsAsked: false,
    clientId,
    tenantId,
    routes: {
      device_authorization: "/oauth2/v2.0/devicecode",
      authorization: "/oauth2/v2.0/authorize",
      token: "/oauth2/v2.0/token",
      jwks: "/discovery/v2.0/keys",
      end_session: "/oauth2/v2.0/logout",
      userinfo: "/oidc/userinfo",
      // Entra revokes nothing for a public client; the route exists under a name no client looks for.
      revocation: "/unused/revoke",
    },
    client: { application_type: "native", redirect_uris: ["http://localhost"] },
    claims: {
      openid: ["sub", "oid", "tid", "ver"],
      profile: ["name", "preferred_username"],
      email: ["email"],
    },
    accessTokenType: "JWT",
    signIn: {
      kind: "entra",
      authority: `${origin}/${tenantId}`,
      clientId,
      scope: `openid profile offline_access ${scope}`,
    },
    accountId: (person) => entraObjectId(person.id),
    idTokenClaims: (person) => ({
      oid: entraObjectId(person.id),
      tid: tenantId,
      ver: "2.0",
      name: person.name,
      preferred_username: person.email,
      email: person.email,
    }),
    serviceTokenClaims: ({ clientId: client, issuedAt }) => ({
      sub: entraObjectId(client),
      oid: entraObjectId(client),
      tid: tenantId,
      ver: "2.0",
      azp: client,
      azpacr: "1",
      idtyp: "app",
      roles: ["Calls"],
      nbf: issuedAt,
    }),
    accessTokenClaims: ({ person, clientId: client, authTime, acr, issuedAt }) => ({
      sub: entraObjectId(person.id),
      oid: entraObjectId(person.id),
      tid: tenantId,
      ver: "2.0",
      azp: client,
      azpacr: "0",
      scp: "access",
      nbf: issuedAt,
      auth_time: authTime,
      // An optional claim, of the contexts that conditional access has seen met.
      ...(acr === undefined ? {} : { acrs: [acr] }),
      name: person.name,
      preferred_username: person.email,
      groups: person.groups,
    }),
  };
}
