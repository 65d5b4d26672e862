import { crc32, deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const mostColours = 128;
/** So many of the commonest colours are kept exactly: surfaces and lines differ by little. */
const exact = 32;
/** By what squared distance a colour has to differ from all that are chosen, round by round. */
const rounds = [1600, 400, 100];

/** A screenshot (8-bit RGB or RGBA, not interlaced, opaque) as a PNG of at most 128 colours, which is a third as large. */
export function indexed(png: Buffer): Buffer {
  const { width, height, pixels } = decoded(png);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = chosen([...counts].sort(([a, many], [b, more]) => more - many || a - b).map(([colour]) => colour));
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc((width + 1) * height);
  pixels.forEach((pixel, at) => {
    rows[(width + 1) * Math.floor(at / width) + 1 + (at % width)] = places.get(pixel) ?? 0;
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Colours by how common they are, in rounds: first those unlike any other, so that a rare hue keeps its place beside many greys. */
function chosen(commonFirst: readonly number[]): readonly number[] {
  const palette = new Set(commonFirst.slice(0, exact));
  for (const unlike of rounds)
    for (const colour of commonFirst) {
      if (palette.size === mostColours) return [...palette];
      if ([...palette].every((each) => apart(each, colour) > unlike)) palette.add(colour);
    }
  return [...palette];
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  for (let at = 1; at < palette.length; at += 1)
    if (apart(palette[at] ?? 0, colour) < apart(palette[best] ?? 0, colour)) best = at;
  return best;
}

function apart(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return red * red + green * green + blue * blue;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function decoded(png: Buffer): { readonly width: number; readonly height: number; readonly pixels: Uint32Array } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const bytes = png.readUInt8(25) === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = signature.length; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const lines = unfiltered(inflateSync(Buffer.concat(parts)), width * bytes, height, bytes);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = lines.readUIntBE(at * bytes, 3);
  return { width, height, pixels };
}

/** PNG Specification, 9.2: each line tells how its bytes were taken from the left and from above. */
function unfiltered(filtered: Buffer, stride: number, height: number, bytes: number): Buffer {
  const lines = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const kind = filtered[row * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = row * stride + x;
      const left = x < bytes ? 0 : (lines[at - bytes] ?? 0);
      const above = row === 0 ? 0 : (lines[at - stride] ?? 0);
      const corner = row === 0 || x < bytes ? 0 : (lines[at - stride - bytes] ?? 0);
      lines[at] = (filtered[row * (stride + 1) + 1 + x] ?? 0) + predicted(kind, left, above, corner);
    }
  }
  return lines;
}

function predicted(kind: number, left: number, above: number, corner: number): number {
  if (kind === 0) return 0;
  if (kind === 1) return left;
  if (kind === 2) return above;
  if (kind === 3) return Math.floor((left + above) / 2);
  const [byLeft, byAbove, byCorner] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  if ((byLeft ?? 0) <= (byAbove ?? 0) && (byLeft ?? 0) <= (byCorner ?? 0)) return left;
  return (byAbove ?? 0) <= (byCorner ?? 0) ? above : corner;
}
