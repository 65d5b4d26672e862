/** The tray's glyphs as SVG: a seal over a line. Filled, calls flow; hollow, they do not. Each size is drawn for its pixels. */
export type GlyphSize = 16 | 22 | 32;
export type GlyphName = "signed-out" | "connected" | "offline" | "paused" | `attention-${Count}`;
type Count = keyof typeof digits;

/** Ink of the glyph, and of the pill that counts: the two panels, and the black that macOS colours itself. */
export const inks = {
  "on-dark": { ink: "#f2f2f4", pill: "#ffb454" },
  "on-light": { ink: "#1b1c1f", pill: "#9a4400" },
  template: { ink: "#000000", pill: "#000000" },
} as const;
export type Look = keyof typeof inks;

// Strokes of each figure in a box 4 wide and 6 high.
const digits = {
  1: "M.8 1.2 2.4 0V6",
  2: "M.2 1.5C.2.6 1 0 2 0s1.9.6 1.9 1.6C3.9 3 .2 4.4.2 6H4",
  3: "M.2 0H3.8L1.9 2.3C3.2 2.3 4 3.1 4 4.1 4 5.2 3.1 6 2 6 1.1 6 .4 5.6 0 4.9",
  4: "M3 6V0L0 4.3H4",
  5: "M3.7 0H.7L.4 2.7C.8 2.4 1.4 2.2 2 2.2c1.2 0 2 .8 2 1.9S3.1 6 2 6C1.1 6 .4 5.6 0 5",
  6: "M3.4.3C1.5.3.1 2 .1 4.1.1 5.2.9 6 2 6s1.9-.8 1.9-1.9S3.1 2.3 2 2.3.2 3.1.1 4",
  7: "M0 0H4L1.5 6",
  8: "M2 2.8C1 2.8.3 2.2.3 1.4S1 0 2 0s1.7.6 1.7 1.4S3 2.8 2 2.8Zm0 0C.8 2.8 0 3.5 0 4.4S.8 6 2 6s2-.7 2-1.6-.8-1.6-2-1.6Z",
  9: "M.6 5.7C2.5 5.7 3.9 4 3.9 1.9 3.9.8 3.1 0 2 0S.1.8.1 1.9.9 3.7 2 3.7 3.8 2.9 3.9 2",
  more: "",
} as const;
const plus = "M0 3.3H3.4M1.7 1.6V5";

interface Measures {
  readonly line: string;
  /** Centre of the seal, radius of the filled seal, radius and width of the ring. */
  readonly seal: {
    readonly x: number;
    readonly y: number;
    readonly filled: number;
    readonly ring: number;
    readonly width: number;
  };
  readonly check: { readonly path: string; readonly width: number };
  readonly slash: { readonly path: string; readonly clear: number };
  readonly bars: readonly string[];
  readonly pill: string;
  /** Where a figure stands alone, and where 9 and + stand together: so that strokes fall on pixels. */
  readonly figure: { readonly alone: string; readonly nine: string; readonly plus: string; readonly width: number };
}

const measures: Readonly<Record<GlyphSize, Measures>> = {
  16: {
    line: `<rect x="2" y="13" width="12" height="2" rx=".5"/>`,
    seal: { x: 8, y: 6, filled: 5.5, ring: 4.75, width: 1.5 },
    check: { path: "M5.4 6.1 7.3 8 10.6 4.1", width: 1.6 },
    slash: { path: "M2.5 14.5 13.5 1", clear: 3.9 },
    bars: [`<rect x="6" y="4" width="1" height="4"/>`, `<rect x="9" y="4" width="1" height="4"/>`],
    pill: `<rect x="1" y="0" width="14" height="12" rx="3"/>`,
    figure: {
      alone: "translate(5.5 2.5) scale(1.25 1.167)",
      nine: "translate(2.9 2.5) scale(1 1.167)",
      plus: "translate(8.9 3.2) scale(1)",
      width: 1.3,
    },
  },
  22: {
    line: `<rect x="3" y="18" width="16" height="2" rx=".5"/>`,
    seal: { x: 11, y: 9, filled: 7.5, ring: 6.5, width: 2 },
    check: { path: "M7.45 9.15 10.05 11.75 14.55 6.4", width: 2.2 },
    slash: { path: "M4 19 18 2.5", clear: 5.2 },
    bars: [`<rect x="8" y="6" width="2" height="6" rx=".4"/>`, `<rect x="12" y="6" width="2" height="6" rx=".4"/>`],
    pill: `<rect x="2" y="1" width="18" height="16" rx="4"/>`,
    figure: {
      alone: "translate(8 5) scale(1.5 1.333)",
      nine: "translate(4.4 5) scale(1.333)",
      plus: "translate(12.2 5) scale(1.333)",
      width: 1.4,
    },
  },
  32: {
    line: `<rect x="4" y="26" width="24" height="3" rx=".5"/>`,
    seal: { x: 16, y: 12.5, filled: 10.5, ring: 9.25, width: 2.5 },
    check: { path: "M11 12.7 14.65 16.3 21 8.85", width: 3 },
    slash: { path: "M5 28 27 3", clear: 6.5 },
    bars: [`<rect x="12" y="8" width="3" height="9" rx=".5"/>`, `<rect x="17" y="8" width="3" height="9" rx=".5"/>`],
    pill: `<rect x="3" y="2" width="26" height="21" rx="6"/>`,
    figure: {
      alone: "translate(12 6.5) scale(2)",
      nine: "translate(6.6 6.5) scale(2)",
      plus: "translate(17.6 6.5) scale(2)",
      width: 1.3,
    },
  },
};

export const glyphNames: readonly GlyphName[] = [
  "signed-out",
  "connected",
  "offline",
  "paused",
  ...(["1", "2", "3", "4", "5", "6", "7", "8", "9", "more"] as const).map((count) => `attention-${count}` as GlyphName),
];

/** A glyph as an SVG document of `size` user units. */
export function glyph(name: GlyphName, size: GlyphSize, look: Look): string {
  const { ink } = inks[look];
  const content = drawings(name, measures[size], look);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" fill="${ink}" stroke-linecap="round" stroke-linejoin="round">${content}</svg>`;
}

function drawings(name: GlyphName, m: Measures, look: Look): string {
  const { ink, pill } = inks[look];
  const ring = `<circle cx="${m.seal.x}" cy="${m.seal.y}" r="${m.seal.ring}" fill="none" stroke="${ink}" stroke-width="${m.seal.width}"/>`;
  switch (name) {
    case "signed-out":
      return ring + m.line;
    case "paused":
      return ring + m.bars.join("") + m.line;
    case "connected": {
      const seal = `<circle cx="${m.seal.x}" cy="${m.seal.y}" r="${m.seal.filled}"/>`;
      return cut(seal, `<path d="${m.check.path}" stroke-width="${m.check.width}"/>`) + m.line;
    }
    case "offline": {
      const clear = cut(ring + m.line, `<path d="${m.slash.path}" stroke-width="${m.slash.clear}"/>`);
      return `${clear}<path d="${m.slash.path}" stroke="${ink}" stroke-width="${m.seal.width}"/>`;
    }
    default:
      return `<g fill="${pill}">${cut(m.pill, count(name.slice("attention-".length) as `${Count}`, m))}</g>${m.line}`;
  }
}

function count(shown: `${Count}`, { figure }: Measures): string {
  const at = (transform: string, path: string): string =>
    `<path transform="${transform}" d="${path}" stroke-width="${figure.width}"/>`;
  return shown === "more" ? at(figure.nine, digits[9]) + at(figure.plus, plus) : at(figure.alone, digits[shown]);
}

/** What is drawn, with these strokes cut out of it. */
function cut(drawn: string, strokes: string): string {
  const mask = `<mask id="cut"><rect width="100%" height="100%" fill="#fff"/><g fill="none" stroke="#000">${strokes}</g></mask>`;
  return `${mask}<g mask="url(#cut)">${drawn}</g>`;
}
