import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeImage, nativeTheme, type NativeImage } from "electron";
import type { ConsoleState } from "../shared/console.ts";
import { glyphName, panelLook } from "./tray-state.ts";

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

type Sizes = readonly (readonly [scaleFactor: number, pixels: number])[];
const linuxSizes: Sizes = [
  [1, 22],
  [2, 44],
];
const otherSizes: Sizes = [
  [1, 16],
  [2, 32],
];
