import { issuerOf, providerHost, tenantOf, type Profile } from "../../shared/provider.ts";

/** One thing that a pin holds fast, as it was confirmed and as a gateway says it now. */
export interface PinChange {
  readonly what: keyof typeof facts;
  readonly pinned: string;
  readonly offered: string;
}

/** What is pinned once and for all: whose tokens, made for whom, go to which origin, and who signs its ledger. Scopes and ports follow from them. */
const facts = {
  gateway: ({ gateway }: Profile) => new URL(gateway).origin,
  provider: ({ provider }: Profile) => `${provider.kind} ${issuerOf(provider)}`,
  tenant: ({ provider }: Profile) => tenantOf(provider) ?? "",
  client: ({ provider }: Profile) => provider.clientId,
  audience: ({ audience }: Profile) => audience,
  resource: ({ provider }: Profile) => (provider.kind === "oidc" ? (provider.resource ?? "") : ""),
  "ledger key": ({ ledgerKey }: Profile) => ledgerKey,
} as const;

/** How what is offered differs from the pin; empty where nothing that is pinned changed. */
export function pinChanges(pinned: Profile, offered: Profile): readonly PinChange[] {
  return (Object.keys(facts) as PinChange["what"][])
    .map((what) => ({ what, pinned: facts[what](pinned), offered: facts[what](offered) }))
    .filter((change) => change.pinned !== change.offered);
}

/** The same for a gateway that offers several ways to sign in: by the one that differs least. Null where it offers none. */
export function leastChanges(pinned: Profile, offered: readonly Profile[]): readonly PinChange[] | null {
  const all = offered.map((each) => pinChanges(pinned, each)).sort((one, other) => one.length - other.length);
  return all[0] ?? null;
}

/** One line for people: what changed, from what to what. */
export function changesText(changes: readonly PinChange[]): string {
  return changes.map(({ what, pinned, offered }) => `${what} ${shown(offered)} instead of ${shown(pinned)}`).join("; ");
}

/**
 * The profile among these whose tokens the proposal could get under another origin: the same audience at the same provider. Two
 * gateways need two audiences; otherwise one of them could use at the other what it was shown.
 */
export function holderOfAudience(proposal: Profile, known: readonly Profile[]): Profile | null {
  const same = (each: Profile): boolean =>
    each.audience === proposal.audience && providerHost(each.provider) === providerHost(proposal.provider);
  return known.find((each) => facts.gateway(each) !== facts.gateway(proposal) && same(each)) ?? null;
}

function shown(value: string): string {
  return value === "" ? "none" : value;
}
