import Store from "electron-store";
import { z } from "zod";
import { quietHours } from "../shared/desktop.ts";
import { report } from "./report.ts";

const bounds = z.strictObject({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
});

const shape = {
  /** Where the window was; null before it was ever closed. */
  bounds: bounds.nullable(),
  notifications: z.boolean(),
  quietHours,
  /** Whether the person has been told that closing the window leaves the app in the tray. */
  hideExplained: z.boolean(),
  /** Whether the person has been told that this desktop shows no tray. */
  trayMissedExplained: z.boolean(),
} as const;

/** What a person may set on this machine. Nothing here decides what is allowed. */
export type SettingValues = { readonly [K in keyof typeof shape]: z.infer<(typeof shape)[K]> };

export const defaultSettings: SettingValues = {
  bounds: null,
  notifications: true,
  quietHours: { on: false, from: "19:00", to: "07:00" },
  hideExplained: false,
  trayMissedExplained: false,
};

export interface Settings {
  get(): SettingValues;
  set(changed: Partial<SettingValues>): void;
}

/** The settings kept in `settings.json` of the user data folder. What does not fit there is reported and counts as not set. */
export function openSettings(): Settings {
  const store = openStore();
  const held = {
    values: readSettings(store.store, (key) =>
      report(`settings.json: ${key} has a value that does not fit; using its default`),
    ),
  };
  return {
    get: () => held.values,
    set: (changed) => {
      held.values = { ...held.values, ...changed };
      store.store = { ...held.values };
    },
  };
}

/** Each setting that fits its schema, the default for each other; `reject` hears of those that do not fit, by name. */
export function readSettings(stored: unknown, reject: (key: string) => void): SettingValues {
  const given = z.record(z.string(), z.unknown()).safeParse(stored);
  const values = given.success ? given.data : {};
  if (!given.success) reject("the file");
  const read = <K extends keyof SettingValues>(key: K): SettingValues[K] => {
    if (!(key in values)) return defaultSettings[key];
    const parsed = shape[key].safeParse(values[key]);
    if (parsed.success) return parsed.data as SettingValues[K];
    reject(key);
    return defaultSettings[key];
  };
  return {
    bounds: read("bounds"),
    notifications: read("notifications"),
    quietHours: read("quietHours"),
    hideExplained: read("hideExplained"),
    trayMissedExplained: read("trayMissedExplained"),
  };
}

function openStore(): Store {
  try {
    return new Store({ name: "settings" });
  } catch {
    // Not JSON: a crash while writing, or a person's edit.
    report("settings.json cannot be read; starting with the defaults");
    return new Store({ name: "settings", clearInvalidConfig: true });
  }
}
