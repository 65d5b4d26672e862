/**
 * Draws every image of this folder from its sources (glyphs.ts, app-icon*.svg) with Debian's Chromium: `node assets/render.ts`.
 * The results are committed, so that neither a build nor an install needs a browser.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { icns, ico, type IconImage } from "./containers.ts";
import { glyph, glyphNames, inks, type GlyphSize, type Look } from "./glyphs.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

await writeDrawings();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await renderGlyphs(page);
  await renderAppIcon(page);
} finally {
  await browser.close();
}

async function renderGlyphs(page: Page): Promise<void> {
  // Pixels of the file, and the drawing they are made of; 44 is 22 at double density.
  const files: readonly (readonly [pixels: number, drawing: GlyphSize])[] = [
    [16, 16],
    [22, 22],
    [32, 32],
    [44, 22],
  ];
  for (const look of Object.keys(inks) as Look[]) {
    await mkdir(here(`tray/${look}`), { recursive: true });
    for (const name of glyphNames) {
      for (const [pixels, drawing] of files) {
        // The macOS panel asks for 16 points at single and double density.
        if (look === "template" && pixels !== 16 && pixels !== 32) continue;
        await writeFile(
          here(`tray/${look}/${name}-${pixels}.png`),
          await draw(page, glyph(name, drawing, look), pixels),
        );
      }
    }
  }
}

/** The drawings themselves, in black, for whoever wants to look at or reuse one. */
async function writeDrawings(): Promise<void> {
  await mkdir(here("tray/svg"), { recursive: true });
  for (const name of glyphNames)
    for (const size of [16, 22, 32] as const)
      await writeFile(here(`tray/svg/${name}-${size}.svg`), `${glyph(name, size, "template")}\n`);
}

async function renderAppIcon(page: Page): Promise<void> {
  await mkdir(here("icons"), { recursive: true });
  const images: IconImage[] = [];
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
    const source = await readFile(here(size <= 32 ? `app-icon-${size}.svg` : "app-icon.svg"), "utf8");
    images.push({ size, png: await draw(page, source, size) });
  }
  for (const { size, png } of images) await writeFile(here(`icons/${size}x${size}.png`), png);
  await writeFile(here("icon.ico"), ico(images.filter(({ size }) => size <= 256)));
  await writeFile(here("icon.icns"), icns(await Promise.all(images.map((image) => withMargin(page, image)))));
}

/** macOS icons stand in a margin of a tenth, beside which others would look small; the small ones need every pixel. */
async function withMargin(page: Page, image: IconImage): Promise<IconImage> {
  if (image.size <= 32) return image;
  const source = await readFile(here("app-icon.svg"), "utf8");
  return {
    size: image.size,
    png: await draw(page, source.replace(`viewBox="4 4 120 120"`, `viewBox="-11 -11 150 150"`), image.size),
  };
}

/** An SVG document as a PNG of `pixels` by `pixels` with a transparent ground. */
async function draw(page: Page, svg: string, pixels: number): Promise<Buffer> {
  const url = await page.evaluate(
    async ({ source, size }) => {
      const image = new Image(size, size);
      image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = size;
      canvas.height = size;
      canvas.getContext("2d")?.drawImage(image, 0, 0, size, size);
      return canvas.toDataURL("image/png");
    },
    { source: svg.replace("<svg ", `<svg width="${pixels}" height="${pixels}" `), size: pixels },
  );
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
