import type { BrowserContextOptions } from "playwright-core";

const usual = { width: 1180, height: 760 };
const wide = { width: 1680, height: 960 };
/** The least that the app's window can be made (src/main/window.ts). */
const least = { width: 420, height: 760 };
const [light, dark] = [{ colorScheme: "light" }, { colorScheme: "dark" }] as const;

/** The ways in which a screen is looked at, by the end of its picture's name. */
export const views = {
  light: { ...light, viewport: usual },
  dark: { ...dark, viewport: usual },
  "light-2x": { ...light, viewport: usual, deviceScaleFactor: 2 },
  "dark-2x": { ...dark, viewport: usual, deviceScaleFactor: 2 },
  "light-narrow": { ...light, viewport: least },
  "dark-narrow": { ...dark, viewport: least },
  "light-wide": { ...light, viewport: wide },
  "dark-wide": { ...dark, viewport: wide },
  "light-contrast": { ...light, viewport: usual, contrast: "more" },
  "dark-contrast": { ...dark, viewport: usual, contrast: "more" },
  forced: { ...dark, viewport: usual, forcedColors: "active" },
  // What the browser's zoom does: half as many pixels of the page, each twice as large.
  zoomed: { ...light, viewport: { width: usual.width / 2, height: usual.height / 2 }, deviceScaleFactor: 2 },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;
export type ViewName = keyof typeof views;
export const viewNames = Object.keys(views) as readonly ViewName[];

/** As a person in Britain would see it, wherever the pictures are taken. */
export const place = { locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" } as const;
