import { z } from "zod";
import type { ApprovalView, DecisionPayload } from "../shared/approval.ts";
import { CountersignError } from "../shared/errors.ts";
import { grantView, type GrantConstraint, type GrantPayload, type GrantView, type GrantWish } from "../shared/grant.ts";
import type { GatewayApi } from "./gateway.ts";

/**
 * What is signed beside this approving decision so that later calls may run: every argument that the wish doesn't name is bound to its
 * value. Throws CountersignError `grant_refused` where the approval offers no grant or has no such argument.
 */
export function grantBeside(approval: ApprovalView, decision: DecisionPayload, wish: GrantWish): GrantPayload {
  if (decision.verdict !== "approve") throw refused("A grant goes only with an approval.");
  const { grants } = approval;
  if (grants === undefined || grants === null) throw refused("Its rule permits no grant beside this call.");
  const unknown = wish.constraints.find(({ argument }) => !grants.arguments.some(({ name }) => name === argument));
  if (unknown !== undefined) throw refused(`The call has no argument ${JSON.stringify(unknown.argument)}.`);
  const { v, gateway, approval: id, principal, connection, tool, fingerprint, payload, rule } = decision;
  const { presence, iat, exp } = decision;
  return {
    v,
    gateway,
    approval: id,
    principal,
    connection,
    tool,
    fingerprint,
    payload,
    rule,
    presence,
    iat,
    exp,
    constraints: grants.arguments.map(
      ({ name, digest }): GrantConstraint =>
        wish.constraints.find(({ argument }) => argument === name) ?? { argument: name, constraint: "equal", digest },
    ),
    mostUses: wish.mostUses,
    until: iat + Math.floor(wish.lastsMs / 1000),
  };
}

/** The grants that this person may see, the newest first. */
export async function listGrants(api: Pick<GatewayApi, "get">): Promise<readonly GrantView[]> {
  return (await api.get("/v1/grants", z.object({ grants: z.array(grantView) }))).grants;
}

/** Ends a grant; answers with how it stands. Throws the gateway's codes. */
export async function revokeGrant(api: GatewayApi, id: string): Promise<GrantView> {
  const path = `/v1/grants/${encodeURIComponent(id)}/revoke`;
  return (await api.post(path, {}, z.object({ grant: grantView }))).grant;
}

function refused(message: string): CountersignError {
  return new CountersignError("grant_refused", message);
}
