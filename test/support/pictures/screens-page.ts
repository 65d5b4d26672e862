import { album, type Shot } from "./album.ts";
import type { ViewName } from "./views.ts";

const named = {
  light: "light",
  dark: "dark",
  "light-2x": "light at 2×",
  "dark-2x": "dark at 2×",
  "light-narrow": "narrow, light",
  "dark-narrow": "narrow, dark",
  "light-wide": "wide, light",
  "dark-wide": "wide, dark",
  "light-contrast": "more contrast, light",
  "dark-contrast": "more contrast, dark",
  forced: "forced colours",
  zoomed: "at 200 %",
} as const satisfies Readonly<Record<ViewName, string>>;

/** docs/screens.md: every kept picture by screen, the first of each scene shown and the others a link away. */
export function screensPage(): string {
  const screens = album.map(({ title, shots }) => `## ${title}\n\n${shots.map(shown).join("\n\n")}\n`);
  return `${head}\n${screens.join("\n")}\n${foot}`;
}

function shown({ scene, says, views }: Shot): string {
  const [first, ...others] = views;
  const links = others.map((view) => `[${named[view]}](pictures/${scene}-${view}.png)`).join(" · ");
  const also = links === "" ? "" : `\n\nAlso ${links}.`;
  return `${says}${also}\n\n<img src="pictures/${scene}-${first ?? "light"}.png" width="720" alt="${says.replaceAll('"', "&quot;")}">`;
}

const head = `# Screens

Every screen and state of the console, as \`npm run pictures\` draws it: in Debian's Chromium, at a fixed time, with made-up people and data, Inter standing for the
system's font. A picture's name is its scene's, then the view: 1180 by 760 px at one or two pixels each, 420 px wide (the least that the window can be), 1680 px wide,
with more contrast, in forced colours, and at a zoom of 200 %. This page is written by the same command.
`;

const foot = `## Tray and icons

The tray's glyphs at 16, 22 and 32 px, and the app's icon, on a dark and a light panel. Each size is drawn for its pixels (\`node assets/render.ts\`). Filled: calls flow; hollow:
they do not; a number: so many requests wait.

<img src="pictures/tray.png" width="720" alt="The tray's glyphs and the app's icon at every size, on both panels">
`;
