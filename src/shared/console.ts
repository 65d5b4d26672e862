import { z } from "zod";
import { approvalView, verdict } from "./approval.ts";
import { clientClaim } from "./client-claim.ts";
import { connectionView } from "./connection.ts";
import { desktopView } from "./desktop.ts";
import { deviceView } from "./device.ts";
import { errorCodes } from "./errors.ts";
import { grantView } from "./grant.ts";
import { linkTrouble } from "./link-trouble.ts";
import { principalView, role } from "./principal.ts";
import { signInAsked } from "./sign-in-demand.ts";
import { trafficView } from "./traffic.ts";

/** A failure as it crosses to a console. */
export const failure = z.object({ code: z.enum(errorCodes), message: z.string() });

/** What a sign-out did: at the provider (whether it revoked, and that was tried), on this computer, and where the browser's own session ends. */
export const signedOut = z.object({
  provider: z.enum(["revoked", "unsupported", "failed", "none"]),
  /** The session at the gateway; one that could not be ended runs out within minutes. */
  gateway: z.enum(["ended", "failed", "none"]),
  kept: z.boolean(),
  logoutUrl: z.string().nullable(),
});
export type SignedOut = z.infer<typeof signedOut>;

/** A registered MCP client program of this profile; its token itself is shown once, when it is added. */
export const clientView = z.object({
  id: z.string(),
  name: z.string(),
  createdAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
  /** It came over stdio and only says who it is: any program of this user could. */
  unverified: z.literal(true).optional(),
  /** Absent until it was seen live. */
  claimed: clientClaim.optional(),
});
export type ClientView = z.infer<typeof clientView>;

/** A device of the person's; `isNew`: it was enrolled after this installation last showed them their devices, and is not this one. */
const knownDevice = deviceView.extend({ isNew: z.boolean() });
export type KnownDevice = z.infer<typeof knownDevice>;

/** Where the session and the device's key rest between runs; `why`: what stands in the way of a better place, where only memory is left. */
const secretsKept = z.object({
  place: z.enum(["keychain", "keyring", "environment", "memory"]),
  why: z.string().nullable(),
});
export type SecretsKept = z.infer<typeof secretsKept>;

/** Until when calls are paused on this machine, by its clock; null in it: until the person resumes them. */
export const pauseState = z.object({ untilMs: z.number().nullable() }).nullable();

/** All that a console draws. The owner of a profile says it whole once, then what changes (state-push.ts); the console keeps no state of its own beside it. */
export const consoleState = z.object({
  gateway: z.object({
    origin: z.string(),
    link: z.enum(["connecting", "online", "offline"]),
    /** Since when the link is as it is, and when it is tried next; by this machine's clock. */
    sinceMs: z.number(),
    nextTryAtMs: z.number().nullable(),
    /** Why it is not online; what the last try met stays while the next one is made. */
    trouble: linkTrouble.nullable(),
    /** Gateway's clock minus this machine's, in milliseconds. */
    clockOffsetMs: z.number(),
  }),
  session: z.discriminatedUnion("state", [
    /** `left`: what the sign-out of just now did, where somebody signed out. */
    z.object({ state: z.literal("signed-out"), error: failure.nullable(), left: signedOut.optional() }),
    /** `url` is what the browser was (or is to be) opened with. */
    z.object({
      state: z.literal("signing-in"),
      url: z.string().nullable(),
      /** What is to be entered there, on whichever machine. */
      code: z.string().optional(),
    }),
    /** `ends`: from ten minutes before the end of a session that can't be renewed; `minutes` is which warning that is. */
    z.object({
      state: z.literal("signed-in"),
      account: principalView,
      /** A service has none. */
      device: z.string().nullable(),
      ends: z.object({ atMs: z.number(), minutes: z.literal([10, 1]) }).optional(),
    }),
    /** `demanded`: the session would go on, but the provider asks its person for a fresh or a stronger sign-in. */
    z.object({
      state: z.literal("needs-sign-in"),
      account: principalView,
      error: failure,
      demanded: z.literal(true).optional(),
    }),
  ]),
  /** What the gateway says this person may do beside calls and decisions; none until it was reached. */
  roles: z.array(role),
  /** What asks the person for a fresh or a stronger sign-in, which calls wait for; null where nothing does. */
  signInAsked: signInAsked.nullable(),
  secrets: secretsKept,
  /** What is wrong with the gateway's ledger as this client checks it: a checkpoint badly signed or smaller than one seen before. */
  ledger: failure.nullable(),
  /** How the person signs in: shown on the signed-out screen. */
  provider: z.object({ kind: z.enum(["oidc", "entra", "okta"]), issuer: z.string() }),
  tunnel: z.discriminatedUnion("state", [
    z.object({ state: z.literal("closed") }),
    z.object({ state: z.literal("open"), port: z.number(), addresses: z.array(z.string()) }),
    z.object({ state: z.literal("failed"), error: failure }),
  ]),
  /** The person let no call through the tunnel for now. */
  pause: pauseState,
  connections: z.array(connectionView.extend({ url: z.string().nullable() })),
  /** Newest state of every approval this principal may see and that is pending or changed while connected. */
  approvals: z.array(approvalView),
  /**
   * This person's signed decisions that the gateway has not answered yet, by their approval's id: `unanswered` tries came to nothing, and the
   * very same decision is sent again until `untilMs` by this machine's clock. Until it answers, the approval stands as it stood.
   */
  sending: z.array(
    z.object({ approval: z.string(), verdict, unanswered: z.number().int().nonnegative(), untilMs: z.number() }),
  ),
  /** Who else has a request open before them now, by name. */
  looking: z.array(z.object({ approval: z.string(), by: z.array(z.string()) })),
  /** Those this principal holds or may revoke, the newest first: all that live, and some that ended. */
  grants: z.array(grantView),
  /** The devices that are enrolled for whoever is signed in, the oldest first. */
  devices: z.array(knownDevice),
  clients: z.array(clientView),
  /** What went through the tunnel since this process started. */
  traffic: trafficView,
  /** What may be set on this desktop; null where the console runs in a browser. */
  desktop: desktopView.nullable(),
});
export type ConsoleState = z.infer<typeof consoleState>;

/** The pages that can be asked for from outside of the console. */
export const pageName = z.enum([
  "inbox",
  "requests",
  "connections",
  "history",
  "grants",
  "search",
  "activity",
  "sessions",
  "settings",
  "gateways",
]);
export type PageName = z.infer<typeof pageName>;

/** The parts of a page that can be asked for: what holds for the link to the gateway, and for MCP clients, on Connections. */
export const pagePart = z.enum(["gateway", "clients"]);
export type PagePart = z.infer<typeof pagePart>;

/** A moment of an MCP client's session. */
export const sessionMoment = z.object({
  session: z.string().regex(/^[\w-]{1,64}$/),
  entry: z.number().int().nonnegative(),
});
type SessionMoment = z.infer<typeof sessionMoment>;

/** What the owner tells a console beside its state. Over IPC each is a channel of that name, as is `state`; headless, `{event, data}`. */
export interface ConsoleEvents {
  /** Show this approval, or this page and perhaps a part of it (a click on a notification or in the tray menu, a link). */
  show: {
    readonly approval: string | null;
    readonly page?: PageName | undefined;
    readonly part?: PagePart | undefined;
    /** The address of a gateway that a link proposes, for the field: it is read and confirmed by the person alone. */
    readonly gateway?: string | undefined;
    /** On the page of sessions: a moment of one of them, by the ledger's entry. */
    readonly moment?: SessionMoment | undefined;
  };
}
