import { z } from "zod";

/** One way to sign in that a gateway proposes, as it is shown before a person confirms it. `id` stands for exactly this one, until the next is asked for. */
const wayView = z.object({
  id: z.string(),
  kind: z.enum(["oidc", "entra", "okta"]),
  issuer: z.string(),
  tenant: z.string().nullable(),
  clientId: z.string(),
  audience: z.string(),
  ledgerKey: z.string(),
});
export type WayView = z.infer<typeof wayView>;

/** What a gateway says of itself. `isDisguised`: its name has letters of other scripts, which `origin` shows coded. */
export const proposalView = z.object({
  origin: z.string(),
  isDisguised: z.boolean(),
  ways: z.array(wayView),
});
export type ProposalView = z.infer<typeof proposalView>;

const profileView = z.object({
  id: z.string(),
  name: z.string(),
  /** Null where its file is damaged. */
  gateway: z.string().nullable(),
  issuer: z.string().nullable(),
  /** It is the one that this app shows, and whose tunnel it holds. */
  isOpen: z.boolean(),
  /** Put there by whoever manages this machine: it can be neither renamed nor removed. */
  isManaged: z.boolean(),
  /** Why it can't be opened. */
  fault: z.string().nullable(),
});
export type ProfileView = z.infer<typeof profileView>;

/** The gateways and accounts of this person, side by side. At most one of them is open here. */
export const profilesView = z.object({
  all: z.array(profileView),
  /** The app was started for one folder: there is no list beside it. */
  isSingle: z.boolean(),
  /** The address that whoever manages this machine names, for the field. */
  suggested: z.string().nullable(),
});
export type ProfilesView = z.infer<typeof profilesView>;

/** What goes with a profile: entries in the settings of MCP clients, and its folder. */
export const removalView = z.object({
  name: z.string(),
  folder: z.string(),
  entries: z.array(z.object({ name: z.string(), file: z.string() })),
});
export type RemovalView = z.infer<typeof removalView>;

const ofOne = { id: z.string().max(100) };

/** What the app's console may ask about them. */
export const profileCalls = {
  /** Reads from the gateway at this address how to sign in. Nothing is pinned by it. */
  "profiles.propose": z.strictObject({ address: z.string().max(2000) }),
  /** Pins the way with this id, as it was shown, and opens it. */
  "profiles.add": z.strictObject({ way: z.string().max(100) }),
  /** Opens it in place of the one that is open. */
  "profiles.use": z.strictObject(ofOne),
  "profiles.rename": z.strictObject({ ...ofOne, name: z.string().max(200) }),
  "profiles.removal": z.strictObject(ofOne),
  "profiles.remove": z.strictObject(ofOne),
} as const;
export type ProfileCall = keyof typeof profileCalls;
export type ProfileInput<C extends ProfileCall> = z.infer<(typeof profileCalls)[C]>;
export interface ProfileOutput {
  "profiles.propose": ProposalView;
  "profiles.add": null;
  "profiles.use": null;
  "profiles.rename": null;
  "profiles.removal": RemovalView;
  "profiles.remove": null;
}
