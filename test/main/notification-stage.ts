import { vi } from "vitest";
import type { createNotifications, Notifications } from "../../src/main/notifications.ts";
import type { SettingValues } from "../../src/main/settings.ts";
import type { ApprovalView, Verdict } from "../../src/shared/approval.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import { StandInNotification } from "../support/electron/desktop.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

/** Noon by this machine's clock. */
const noonMs = new Date(2099, 0, 1, 12, 0).getTime();

/** Notifications of one app, and what became of them. */
export interface Stage {
  readonly notifications: Notifications;
  readonly opened: (string | null)[];
  readonly decided: (readonly [string, Verdict])[];
  /** How often whether the system takes notifications has changed. */
  readonly changes: () => number;
  readonly clock: { nowMs: number };
  /** Changed in place, as a person does. */
  readonly settings: { -readonly [K in keyof SettingValues]: SettingValues[K] };
  /** Those that stand on the screen. */
  readonly standing: () => readonly StandInNotification[];
}

export interface Stages {
  readonly electron: StandIn;
  open(platform: NodeJS.Platform, vouched: boolean, settings?: Partial<SettingValues>): Stage;
  /** Ends what a test opened. */
  clear(): void;
}

/** Once a test file: main's modules bind to the stand-in when they are first imported. */
export async function stageNotifications(): Promise<Stages> {
  const electron = await installElectron();
  const { createNotifications: create } = await import("../../src/main/notifications.ts");
  const { defaultSettings } = await import("../../src/main/settings.ts");
  const opened: Stage[] = [];
  return {
    electron,
    open: (platform, vouched, settings = {}) => {
      const made = openStage(electron, create, platform, vouched, { ...defaultSettings, ...settings });
      opened.push(made);
      return made;
    },
    clear: () => {
      for (const { notifications } of opened.splice(0)) notifications.close();
      StandInNotification.supported = true;
      vi.useRealTimers();
    },
  };
}

function openStage(
  electron: StandIn,
  create: typeof createNotifications,
  platform: NodeJS.Platform,
  vouched: boolean,
  settings: SettingValues,
): Stage {
  const before = electron.notifications.length;
  const opened: (string | null)[] = [];
  const decided: (readonly [string, Verdict])[] = [];
  const [clock, held] = [{ nowMs: noonMs }, { changes: 0 }];
  const notifications = create({
    settings: { get: () => settings },
    assets: "/assets",
    platform,
    vouched: () => vouched,
    open: (approval) => void opened.push(approval),
    decide: (shown, verdict) => void decided.push([shown.id, verdict]),
    changed: () => void held.changes++,
    now: () => clock.nowMs,
  });
  return {
    notifications,
    opened,
    decided,
    changes: () => held.changes,
    clock,
    settings,
    standing: () => electron.notifications.slice(before).filter(({ state }) => state === "shown"),
  };
}

const rule = { name: "reads", version: "1", why: "because", quick: true, presence: "notification" } as const;

/** A request that its rule lets be decided from a notification. */
export function quick(changed: Partial<ApprovalView> = {}): ApprovalView {
  return approvalWith({ rule, ...changed });
}

/** The person's own request. */
export function own(state: ApprovalView["state"], id = "own"): ApprovalView {
  return approvalWith({ id, relation: "requester", state });
}

export function pending(...approvals: ApprovalView[]): ConsoleState {
  return stateWith({ approvals });
}

/** What a notification shows. */
export function words({ title, body, options }: StandInNotification) {
  return { title, body, buttons: options.actions?.map(({ text }) => text) };
}

export const plain = {
  title: "S. asks to run read_file on reports-share",
  body: "Low risk. Denied at 14:36 unless decided.",
};
export const whole = { title: plain.title, body: 'path: "/secret-name"\nLow risk. Denied at 14:36.' };
