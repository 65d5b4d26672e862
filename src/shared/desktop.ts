import { z } from "zod";
import { verdict } from "./approval.ts";
import { errorCodes } from "./errors.ts";
import { profileCalls, profilesView, type ProfileOutput } from "./profiles.ts";

/** A time of day by this machine's clock, `07:30`. */
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

/** When no notification is shown: each day from one time to the next occurrence of the other. */
export const quietHours = z.strictObject({ on: z.boolean(), from: timeOfDay, to: timeOfDay });
export type QuietHours = z.infer<typeof quietHours>;

/**
 * How the test of notifications stands: `waiting` for the click, `clicked` when it came back, `missed` after a minute without one,
 * `failed` where the system refused to show it.
 */
export const notificationTest = z.enum(["none", "waiting", "clicked", "missed", "failed"]);
export type NotificationTest = z.infer<typeof notificationTest>;

const ofNotification = { approval: z.string(), tool: z.string(), connection: z.string(), verdict };

/**
 * A decision that was clicked in a notification and is not recorded. `held`: it is signed and sent at `sendsAtMs` by this machine's clock,
 * unless it is undone first. `failed`: it was sent and not recorded, or nobody knows whether it was; the code says why.
 */
export const notifiedDecision = z.discriminatedUnion("step", [
  z.object({ step: z.literal("held"), ...ofNotification, sendsAtMs: z.number() }),
  z.object({ step: z.literal("failed"), ...ofNotification, code: z.enum(errorCodes) }),
]);
export type NotifiedDecision = z.infer<typeof notifiedDecision>;

/** The desktop around the console, as its owner knows it. */
export const desktopView = z.object({
  notifications: z.boolean(),
  quietHours,
  /** Null where it cannot be set: the app is not installed. */
  startAtLogin: z.boolean().nullable(),
  /** Start at login was asked for, and the system waits until the person allows it in its own settings. */
  startHeld: z.boolean(),
  test: notificationTest,
  /** False where the system takes no notification. Whether its own do-not-disturb holds them back cannot be known. */
  notificationsTaken: z.boolean(),
  /** Whether a `quick` request may be decided from its notification: a signed app on macOS or Windows. */
  decidesInNotifications: z.boolean(),
  /** Whether closing the window leaves the app in a tray; otherwise the window stays. */
  hasTray: z.boolean(),
  decisions: z.array(notifiedDecision),
  /** Null where the app was started for one profile that has its gateway. */
  profiles: profilesView.nullable(),
});
export type DesktopView = z.infer<typeof desktopView>;

/** What the console may ask of the desktop's main process, and of no other owner of a profile; over IPC each is a channel of that name. */
export const desktopCalls = {
  "desktop.set": z.strictObject({
    notifications: z.boolean().optional(),
    quietHours: quietHours.optional(),
    startAtLogin: z.boolean().optional(),
  }),
  "desktop.testNotification": z.strictObject({}),
  /** Takes back what is held of this approval, or lets go of what failed. */
  "desktop.dropDecision": z.strictObject({ id: z.string().max(100) }),
  "desktop.quit": z.strictObject({}),
  ...profileCalls,
} as const;
export type DesktopCall = keyof typeof desktopCalls;
export type DesktopInput<C extends DesktopCall> = z.infer<(typeof desktopCalls)[C]>;
export interface DesktopOutput extends ProfileOutput {
  "desktop.set": null;
  "desktop.testNotification": null;
  "desktop.dropDecision": null;
  "desktop.quit": null;
}
