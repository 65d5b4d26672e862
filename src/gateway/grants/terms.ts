import type { GrantOffer } from "../../shared/grant-offer.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { GrantConstraint, GrantPayload } from "../../shared/grant.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { mismatch } from "../approvals/decision.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { fallsUnder, prefixFault } from "../../shared/grant-prefix.ts";
import { durationText } from "../policy/limits-text.ts";

/** Throws CountersignError `grant_refused` for what the rule does not permit, `digest_mismatch` where an argument isn't the one that was held. */
export function refuseTerms(grant: GrantPayload, approval: ApprovalRecord, nowMs: number): void {
  const offer = approval.grants ?? null;
  if (offer === null) throw refused("The rule permits no grant beside this call.");
  const lastsMs = (grant.until - grant.iat) * 1000;
  if (grant.until * 1000 <= nowMs) throw refused("It would be over already.");
  if (lastsMs > offer.longestMs) throw refused(`It may last ${durationText(offer.longestMs)} at most.`);
  if (grant.mostUses > offer.mostUses) throw refused(`It may serve ${offer.mostUses} calls at most.`);
  const named = new Set(grant.constraints.map(({ argument }) => argument));
  if (named.size !== grant.constraints.length) throw refused("It names an argument twice.");
  const missing = offer.arguments.find(({ name }) => !named.has(name));
  if (missing !== undefined) throw refused("It leaves an argument of the call without a constraint.");
  for (const constraint of grant.constraints) refuseConstraint(constraint, offer, approval.payload.arguments);
}

function refuseConstraint(constraint: GrantConstraint, offer: GrantOffer, shown: Json): void {
  const held = offer.arguments.find(({ name }) => name === constraint.argument);
  if (held === undefined) throw refused("It names an argument that the call does not have.");
  if (!offer.constraints.includes(constraint.constraint))
    throw refused(`The rule does not permit arguments bound by ${constraint.constraint}.`);
  switch (constraint.constraint) {
    case "equal":
      if (constraint.digest !== held.digest) throw mismatch("an argument's digest");
      return;
    case "prefix":
      refusePrefix(constraint.prefix, held.plain, isJsonObject(shown) ? shown[held.name] : undefined);
      return;
    case "any":
      return;
    default:
      constraint satisfies never;
  }
}

function refusePrefix(prefix: string, plain: boolean, shown: Json | undefined): void {
  if (!plain || typeof shown !== "string")
    throw refused("Only a text of which nothing is hidden can be bound by prefix.");
  const fault = prefixFault(prefix);
  if (fault !== null) throw refused(`This prefix can't bind anything safely: ${fault}.`);
  if (!fallsUnder(prefix, shown)) throw refused("The call that is approved does not itself fall under this prefix.");
}

function refused(why: string): CountersignError {
  return new CountersignError("grant_refused", `This grant is not permitted. ${why}`);
}
