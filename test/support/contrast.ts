import type { Page } from "playwright-core";

/**
 * The contrast of each element's text with the ground behind it, as a ratio. The console lays no text over a picture,
 * a gradient or another element, so the ground is the first ancestor with a colour of its own: axe can't tell that where a pseudo-element,
 * a scrolled edge or an overlap is near.
 */
export async function contrastsOf(page: Page, selectors: readonly string[]): Promise<readonly number[]> {
  return await page.evaluate((all) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    if (canvas === null) throw new Error("no canvas to measure colours on");
    type Colour = readonly [number, number, number, number];
    const read = (colour: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a];
    };
    const light = ([r, g, b]: Colour) => {
      const [red = 0, green = 0, blue = 0] = [r, g, b].map((part) =>
        part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const over = ([r, g, b, a]: Colour, [r2, g2, b2]: Colour): Colour => {
      const mix = (top: number, below: number) => (top * a + below * (255 - a)) / 255;
      return [mix(r, r2), mix(g, g2), mix(b, b2), 255];
    };
    const ground = (element: Element | null): Colour => {
      if (element === null) return read("Canvas");
      const colour = read(getComputedStyle(element).backgroundColor);
      return colour[3] === 255 ? colour : over(colour, ground(element.parentElement));
    };
    return all.map((selector) => {
      const element = document.querySelector(selector);
      if (element === null) throw new Error(`nothing at ${selector}`);
      const { color, fill } = getComputedStyle(element);
      const [a, b] = [light(read(element instanceof SVGElement ? fill : color)), light(ground(element))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
  }, selectors);
}
