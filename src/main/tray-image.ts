import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeImage, nativeTheme, type NativeImage } from "electron";
import type { ConsoleState } from "../shared/console.ts";
import { trayGlyph, waitingFor } from "./tray-state.ts";

/** The glyph for a state, with every size this platform's panel asks for, each drawn for its pixels (assets/glyphs.ts). */
export function trayImage(assets: string, state: ConsoleState): NativeImage {
  const look = panelLook(process.platform, process.env["XDG_CURRENT_DESKTOP"] ?? "", nativeTheme);
  const sizes = process.platform === "linux" ? linuxSizes : otherSizes;
  const image = nativeImage.createEmpty();
  for (const [scaleFactor, size] of sizes) {
    const file = join(assets, "tray", look, `${glyphName(state)}-${size}.png`);
    image.addRepresentation({ scaleFactor, buffer: readFileSync(file) });
  }
  // macOS colours a template image itself, for its own panel.
  image.setTemplateImage(look === "template");
  return image;
}

/** File name of a state's glyph, without size: `connected`, `attention-3`, `attention-more` above nine. */
export function glyphName(state: ConsoleState): string {
  const glyph = trayGlyph(state);
  if (glyph !== "attention") return glyph;
  const count = waitingFor(state).length;
  return count > 9 ? "attention-more" : `attention-${count}`;
}

/** Which inks are read on this desktop's panel. GNOME's is dark under either theme; Windows tells its panel's theme apart from the apps'. */
export function panelLook(
  platform: NodeJS.Platform,
  desktop: string,
  theme: { readonly shouldUseDarkColors: boolean; readonly shouldUseDarkColorsForSystemIntegratedUI: boolean },
): "on-dark" | "on-light" | "template" {
  if (platform === "darwin") return "template";
  if (platform === "win32") return theme.shouldUseDarkColorsForSystemIntegratedUI ? "on-dark" : "on-light";
  if (/gnome|unity/i.test(desktop)) return "on-dark";
  return theme.shouldUseDarkColors ? "on-dark" : "on-light";
}

type Sizes = readonly (readonly [scaleFactor: number, pixels: number])[];
const linuxSizes: Sizes = [
  [1, 22],
  [2, 44],
];
const otherSizes: Sizes = [
  [1, 16],
  [2, 32],
];
