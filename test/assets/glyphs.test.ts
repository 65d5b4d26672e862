import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { glyph, glyphNames, inks } from "../../assets/glyphs.ts";

const asset = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../assets/${name}`, import.meta.url)));

/** Width and height as a PNG's header has them (PNG Specification, 11.2.2). */
function measures(png: Buffer): readonly number[] {
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

const looks = Object.keys(inks) as (keyof typeof inks)[];

test.each(looks)("every state is there for the panel %s, at each size in its own pixels", async (look) => {
  expect(glyphNames).toHaveLength(14);
  for (const name of glyphNames)
    for (const size of look === "template" ? [16, 32] : [16, 22, 32, 44])
      expect(measures(await asset(`tray/${look}/${name}-${size}.png`)), `${name} ${size}`).toEqual([size, size]);
});

test("no two states look the same, whatever the colour", async () => {
  for (const size of [16, 32]) {
    const drawn = await Promise.all(glyphNames.map((name) => asset(`tray/template/${name}-${size}.png`)));
    expect(new Set(drawn.map((png) => png.toString("base64"))).size).toBe(glyphNames.length);
  }
});

test("each size has a drawing of its own, kept beside the pictures made of it, that refers to nothing outside", async () => {
  for (const name of glyphNames) {
    const drawings = await Promise.all(
      ([16, 22, 32] as const).map(async (size) => {
        const kept = (await asset(`tray/svg/${name}-${size}.svg`)).toString("utf8").trim();
        expect(kept, `${name} ${size}: run node assets/render.ts`).toBe(glyph(name, size, "template"));
        expect(kept.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|href|<script|<image/);
        return kept;
      }),
    );
    expect(new Set(drawings).size).toBe(3);
  }
});

test("the app's icon is there at each size", async () => {
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024])
    expect(measures(await asset(`icons/${size}x${size}.png`))).toEqual([size, size]);
});
