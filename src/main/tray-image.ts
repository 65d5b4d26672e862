import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeImage, nativeTheme, type NativeImage } from "electron";
import type { ConsoleState } from "../shared/console.ts";
import { glyphName, panelLook, trayGlyph } from "./tray-state.ts";

/** The glyph for a state, with every size this platform's panel asks for, each drawn for its pixels (assets/glyphs.ts). */
export function trayImage(platform: NodeJS.Platform, assets: string, state: ConsoleState): NativeImage {
  const look = panelLook(platform, process.env["XDG_CURRENT_DESKTOP"] ?? "", nativeTheme);
  const image = glyph(assets, look, glyphName(state), platform === "linux" ? linuxSizes : otherSizes);
  // macOS colours a template image itself, for its own panel.
  image.setTemplateImage(look === "template");
  return image;
}

/** The count of waiting requests as Windows lays it over the window's own icon, where it knows no badge; null for none. */
export function countOverlay(assets: string, state: ConsoleState): NativeImage | null {
  if (trayGlyph(state) !== "attention") return null;
  return glyph(assets, nativeTheme.shouldUseDarkColors ? "on-dark" : "on-light", glyphName(state), otherSizes);
}

function glyph(assets: string, look: string, name: string, sizes: Sizes): NativeImage {
  const image = nativeImage.createEmpty();
  for (const [scaleFactor, size] of sizes) {
    const buffer = readFileSync(join(assets, "tray", look, `${name}-${size}.png`));
    image.addRepresentation({ scaleFactor, buffer });
  }
  return image;
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
