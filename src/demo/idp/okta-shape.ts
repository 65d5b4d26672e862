import { oktaUserId } from "./people.ts";
import type { Shape } from "./shape.ts";

const clientId = "0oa7countersign1d7";

/** Okta's custom authorization server `default`: redirect addresses are matched exactly, port included. */
export function oktaShape(origin: string, audience: string, redirectPorts: readonly number[]): Shape {
  const issuer = `${origin}/oauth2/default`;
  const resourceScope = "countersign";
  return {
    kind: "okta",
    issuer,
    audience,
    resource: "urn:countersign:gateway",
    resourceScope,
    resourceIsAsked: false,
    clientId,
    tenantId: null,
    routes: {
      device_authorization: "/v1/device/authorize",
      authorization: "/v1/authorize",
      token: "/v1/token",
      jwks: "/v1/keys",
      end_session: "/v1/logout",
      revocation: "/v1/revoke",
      userinfo: "/v1/userinfo",
    },
    client: {
      // oidc-provider ignores the port of native clients; Okta does not.
      application_type: "web",
      redirect_uris: redirectPorts.map((port) => `http://127.0.0.1:${port}/callback`),
    },
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email"] },
    accessTokenType: "JWT",
    signIn: {
      kind: "okta",
      issuer,
      clientId,
      scope: `openid profile offline_access ${resourceScope}`,
      redirectPorts: [...redirectPorts],
    },
    accountId: (person) => oktaUserId(person.id),
    idTokenClaims: (person) => ({ name: person.name, preferred_username: person.email, email: person.email }),
    serviceTokenClaims: ({ clientId: client, scope }) => ({ ver: 1, sub: client, cid: client, scp: scope.split(" ") }),
    accessTokenClaims: ({ person, clientId: client, scope, authTime, acr }) => ({
      ver: 1,
      sub: person.email,
      uid: oktaUserId(person.id),
      cid: client,
      scp: ["openid", "profile", "offline_access", ...scope.split(" ")],
      auth_time: authTime,
      acr,
      name: person.name,
      groups: person.groups,
    }),
  };
}
