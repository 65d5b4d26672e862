import type { ProtectedHeaderParameters } from "jose";
import { CountersignError, type ErrorCode } from "../../shared/errors.ts";
import type { IssuerConfig } from "../config-schema.ts";
import type { Claims } from "./claims.ts";

/** Who a verified token speaks for. `key` is unique within its issuer. */
export interface Caller {
  readonly key: string;
  readonly kind: "user" | "service";
  readonly name: string;
  readonly clientId: string;
}

/**
 * The caller of a token whose signature, times and audience hold. Throws CountersignError `wrong_tenant`, `wrong_client`, or
 * `token_invalid` where it is no access token of that kind of issuer.
 */
export function callerOf(issuer: IssuerConfig, claims: Claims, header: ProtectedHeaderParameters): Caller {
  switch (issuer.kind) {
    case "entra":
      return entraCaller(issuer, claims);
    case "okta":
      return oktaCaller(issuer, claims);
    case "oidc":
      return oidcCaller(issuer, claims, header);
    default:
      return issuer.kind satisfies never;
  }
}

function entraCaller(issuer: IssuerConfig, claims: Claims): Caller {
  const { tid, oid } = claims;
  if (tid === undefined || !(issuer.tenants ?? []).includes(tid))
    refuse("wrong_tenant", "The token's tenant is not let in.");
  const version = String(claims.ver);
  if (version !== "2.0" && version !== "1.0") refuse("token_invalid", "The token is of no known Entra version (ver).");
  // https://login.microsoftonline.com/TID/v2.0, or https://sts.windows.net/TID/ in version 1.0
  const end = version === "2.0" ? `/${tid}/v2.0` : `/${tid}/`;
  if (!new URL(claims.iss).pathname.endsWith(end)) refuse("wrong_tenant", "The token's issuer and tenant disagree.");
  const clientId = allowedClient(issuer, version === "2.0" ? claims.azp : claims.appid);
  if (oid === undefined) refuse("token_invalid", "The token does not name its object (oid).");
  const key = `${tid}:${oid}`;
  if (claims.scp !== undefined && claims.idtyp !== "app") {
    if (claims.scp.length === 0) refuse("token_invalid", "The token carries no scope (scp).");
    return { key, kind: "user", name: personName(claims, key), clientId };
  }
  if (claims.idtyp !== "app" || claims.scp !== undefined || (claims.roles ?? []).length === 0) {
    refuse("token_invalid", "The token is neither a user's (scp) nor an application's (idtyp: app, with roles).");
  }
  return { key, kind: "service", name: claims.app_displayname ?? clientId, clientId };
}

function oktaCaller(issuer: IssuerConfig, claims: Claims): Caller {
  const clientId = allowedClient(issuer, claims.cid);
  if (!Array.isArray(claims.scp) || claims.scp.length === 0)
    refuse("token_invalid", "The token carries no scopes (scp).");
  if (claims.uid !== undefined && claims.uid !== "") {
    // Okta's `sub` is the login name.
    return { key: claims.uid, kind: "user", name: claims.name ?? claims.sub, clientId };
  }
  if (claims.sub !== clientId)
    refuse("token_invalid", "The token names neither a user (uid) nor its own client (sub).");
  return { key: clientId, kind: "service", name: clientId, clientId };
}

function oidcCaller(issuer: IssuerConfig, claims: Claims, header: ProtectedHeaderParameters): Caller {
  if (looksLikeIdToken(claims, header)) refuse("token_invalid", "This is an ID token; send the access token.");
  const { client_id: client, azp } = claims;
  if (client !== undefined && azp !== undefined && client !== azp) {
    refuse("wrong_client", "The token names two clients (client_id, azp).");
  }
  const key = claims.sub;
  // A workload's token is made for it by its platform; nobody obtained it, and the subject itself is what is let in.
  if (client === undefined && azp === undefined && (issuer.workloads ?? []).includes(key)) {
    return { key, kind: "service", name: claims.name ?? key, clientId: key };
  }
  const clientId = allowedClient(issuer, client ?? azp);
  // RFC 9068, section 5: where no person took part, `sub` is the client itself.
  if (key === clientId) return { key, kind: "service", name: claims.name ?? clientId, clientId };
  return { key, kind: "user", name: personName(claims, key), clientId };
}

function allowedClient(issuer: IssuerConfig, client: string | undefined): string {
  if (client === undefined || !issuer.clients.includes(client)) {
    refuse("wrong_client", "The token was obtained by a client that may not reach this gateway.");
  }
  return client;
}

/**
 * An ID token is for the client alone. Its audience gives it away, except where client and gateway share an id; then these claims do
 * (OpenID Connect Core 1.0, sections 2 and 3.3.2.11; `typ` is Keycloak's).
 */
function looksLikeIdToken(claims: Claims, header: ProtectedHeaderParameters): boolean {
  if (String(header.typ).toLowerCase().endsWith("at+jwt")) return false;
  if (claims["typ"] !== undefined && claims["typ"] !== "Bearer") return true;
  return ["nonce", "at_hash", "c_hash"].some((claim) => Object.hasOwn(claims, claim));
}

function personName(claims: Claims, key: string): string {
  return claims.name ?? claims.preferred_username ?? claims.email ?? key;
}

function refuse(code: ErrorCode, message: string): never {
  throw new CountersignError(code, message);
}
