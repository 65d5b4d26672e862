import { CountersignError } from "../../shared/errors.ts";
import type { IssuerConfig } from "../config-schema.ts";
import type { Caller } from "./caller.ts";
import type { Claims } from "./claims.ts";
import type { Graph } from "./graph.ts";

/**
 * The caller's groups: as the token lists them, or as Graph does where the token says that there are more than it lists (Entra's overage).
 * No claim means none. Throws `token_invalid` where nobody can be asked, and Graph's error where it does not say: unknown groups are not no
 * groups, for a rule may deny by group. Of an application the app roles (`roles`) count as groups, too.
 */
export async function groupsOf(
  issuer: IssuerConfig,
  claims: Claims,
  caller: Caller,
  graph: Graph | null,
): Promise<readonly string[]> {
  const claim = issuer.groupsClaim;
  if (!isOverage(claims, claim)) return withRoles(issuer, claims, caller, listed(issuer, valueAt(claims, claim)));
  if (graph !== null && claims.oid !== undefined) {
    return withRoles(issuer, claims, caller, await graph.groupsOf({ oid: claims.oid, kind: caller.kind }));
  }
  throw new CountersignError(
    "token_invalid",
    `The token does not list the caller's groups, because there are too many. Let the issuer "${issuer.name}" emit only the groups ` +
      "assigned to the application, use app roles and set groupsClaim: roles in gateway.yaml, or let the gateway ask Microsoft Graph (graph:).",
  );
}

function listed(issuer: IssuerConfig, groups: unknown): readonly string[] {
  if (groups === undefined) return [];
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === "string")) {
    throw new CountersignError(
      "token_invalid",
      `The token's claim "${issuer.groupsClaim}" is not a list of group names; see groupsClaim of the issuer "${issuer.name}".`,
    );
  }
  return groups;
}

/** A claim by its name, dots and all, or else by a path of names (Keycloak: `realm_access.roles`). */
function valueAt(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  let value: unknown = claims;
  for (const name of claim.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
  }
  return value;
}

function withRoles(
  { kind }: IssuerConfig,
  { roles = [] }: Claims,
  caller: Caller,
  groups: readonly string[],
): readonly string[] {
  return kind === "entra" && caller.kind === "service" ? [...new Set([...groups, ...roles])] : groups;
}

/** Microsoft identity platform, "Groups overage claim": `_claim_names.groups`, or `hasgroups` in tokens kept short. */
function isOverage(claims: Claims, claim: string): boolean {
  if (claim === "groups" && claims["hasgroups"] !== undefined && claims["hasgroups"] !== false) return true;
  const names = claims["_claim_names"];
  return typeof names === "object" && names !== null && Object.hasOwn(names, claim);
}
