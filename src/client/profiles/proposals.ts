import { randomUUID } from "node:crypto";
import { CountersignError } from "../../shared/errors.ts";
import { readGatewayAddress } from "../../shared/gateway-address.ts";
import type { ProposalView, WayView } from "../../shared/profiles.ts";
import { issuerOf, tenantOf, type Profile } from "../../shared/provider.ts";
import { addressFault, discover } from "../profile.ts";

/** What gateways propose to a page, which names what it confirms by an id: it can confirm only what it was shown. */
export interface Proposals {
  /** Throws discovery's codes; what was proposed before can't be confirmed any more. */
  ask(address: string): Promise<ProposalView>;
  /** The profile that this way stands for, once. Throws `not_found`. */
  take(way: string): Profile;
}

/** `refuse`: throws for a way that may not be confirmed here, before it is shown. */
export function createProposals(refuse: (way: Profile) => Promise<void>): Proposals {
  let shown = new Map<string, Profile>();
  return {
    async ask(address) {
      shown = new Map();
      const read = readGatewayAddress(address);
      if (!read.ok) throw new CountersignError("bad_request", addressFault(read.why));
      const { profiles } = await discover(read.origin);
      if (profiles.length === 0)
        throw new CountersignError("misconfigured", `${read.origin} offers no way to sign in: ask who runs it.`);
      for (const way of profiles) await refuse(way);
      const found = new Map(profiles.map((way) => [randomUUID(), way]));
      shown = found;
      return {
        origin: read.origin,
        isDisguised: read.isDisguised,
        ways: [...found].map(([id, way]) => wayView(id, way)),
      };
    },
    take(way) {
      const found = shown.get(way);
      shown = new Map();
      if (found !== undefined) return found;
      throw new CountersignError(
        "not_found",
        "What was shown is no longer what is asked for: read it from the gateway again.",
      );
    },
  };
}

function wayView(id: string, { provider, audience, ledgerKey }: Profile): WayView {
  const { kind, clientId } = provider;
  return { id, kind, issuer: issuerOf(provider), tenant: tenantOf(provider), clientId, audience, ledgerKey };
}
