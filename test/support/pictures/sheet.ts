import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { glyphNames } from "../../../assets/glyphs.ts";
import { indexed } from "./indexed.ts";

const panels = [
  ["on-dark", "#1e1f22"],
  ["on-light", "#ececef"],
] as const;
const iconSizes = [16, 24, 32, 48, 64, 128, 256] as const;

/** The glyphs and the app's icon as they are shipped, each pixel as it is, on a dark and a light panel. */
export async function takeSheet(browser: Browser): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width: 720, height: 100 }, deviceScaleFactor: 1 });
  try {
    const page = await context.newPage();
    const sides = await Promise.all(panels.map(([look, ground]) => side(look, ground)));
    await page.setContent(`<body style="margin:0">${sides.join("")}`);
    return indexed(await page.locator("body").screenshot());
  } finally {
    await context.close();
  }
}

async function side(look: string, ground: string): Promise<string> {
  const rows = [16, 22, 32].map(async (size) =>
    row(glyphNames.map((name) => image(`tray/${look}/${name}-${size}.png`, size))),
  );
  const icons = row(iconSizes.map((size) => image(`icons/${size}x${size}.png`, size)));
  return `<section style="padding:12px 16px;background:${ground}">${(await Promise.all([...rows, icons])).join("")}</section>`;
}

async function row(images: readonly Promise<string>[]): Promise<string> {
  return `<div style="display:flex;align-items:end;gap:16px;padding:6px 0">${(await Promise.all(images)).join("")}</div>`;
}

async function image(asset: string, size: number): Promise<string> {
  const png = await readFile(fileURLToPath(new URL(`../../../assets/${asset}`, import.meta.url)));
  return `<img alt="" width="${size}" height="${size}" src="data:image/png;base64,${png.toString("base64")}">`;
}
