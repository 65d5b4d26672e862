import { CountersignError } from "../../shared/errors.ts";
import type { IssuerConfig } from "../config-schema.ts";
import type { Claims } from "./claims.ts";

/**
 * The caller's groups as the token lists them; no claim means none. Throws `token_invalid` where the token says that there are groups
 * it doesn't list (Entra's overage): unknown groups are not no groups, for a rule may deny by group.
 */
export function groupsOf(issuer: IssuerConfig, claims: Claims): readonly string[] {
  const claim = issuer.groupsClaim;
  if (isOverage(claims, claim)) {
    throw new CountersignError(
      "token_invalid",
      `The token does not list the caller's groups, because there are too many. Let the issuer "${issuer.name}" emit only the groups ` +
        "assigned to the application, or use app roles and set groupsClaim: roles in gateway.yaml.",
    );
  }
  const groups = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (groups === undefined) return [];
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === "string")) {
    throw new CountersignError(
      "token_invalid",
      `The token's claim "${claim}" is not a list of group names; see groupsClaim of the issuer "${issuer.name}".`,
    );
  }
  return groups;
}

/** Microsoft identity platform, "Groups overage claim": `_claim_names.groups`, or `hasgroups` in tokens kept short. */
function isOverage(claims: Claims, claim: string): boolean {
  if (claim === "groups" && claims["hasgroups"] !== undefined && claims["hasgroups"] !== false) return true;
  const names = claims["_claim_names"];
  return typeof names === "object" && names !== null && Object.hasOwn(names, claim);
}
