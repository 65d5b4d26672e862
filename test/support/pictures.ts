import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "./pictures/clock.ts";
import { launchBrowser } from "./browser.ts";
import { buildConsole } from "./console/build.ts";
import { album } from "./pictures/album.ts";
import { take } from "./pictures/camera.ts";
import { desktopScenes } from "./pictures/desktop.ts";
import { interAsSystemFont } from "./pictures/fonts.ts";
import { scenes } from "./pictures/scenes.ts";
import { screensPage } from "./pictures/screens-page.ts";
import { takeSheet } from "./pictures/sheet.ts";
import { viewNames, views, type ViewName } from "./pictures/views.ts";

// `node test/support/pictures.ts` takes the pictures of the documentation anew, with the page that shows them;
// `node test/support/pictures.ts FOLDER SCENE[@VIEW]…` takes others to look at.

type Wanted = readonly (readonly [scene: string, view: ViewName])[];

const atOnce = 4;
const [folder, ...named] = process.argv.slice(2);
const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const [built, fonts] = await Promise.all([buildConsole(), interAsSystemFont()]);
const browser = await launchBrowser({ FONTCONFIG_FILE: fonts.file });
try {
  if (folder === undefined) await document();
  else await takeAll(folder, named.flatMap(asked));
} finally {
  await browser.close();
  await Promise.all([built.remove(), fonts.remove()]);
}

async function document(): Promise<void> {
  const pictures = join(docs, "pictures");
  const shots = album.flatMap((screen) => screen.shots);
  for (const old of await readdir(pictures)) await rm(join(pictures, old));
  await takeAll(
    pictures,
    shots.flatMap(({ scene, views: kept }) => kept.map((view) => [scene, view] as const)),
  );
  await writeFile(join(pictures, "tray.png"), await takeSheet(browser));
  await writeFile(join(docs, "screens.md"), screensPage());
}

async function takeAll(to: string, wanted: Wanted): Promise<void> {
  await mkdir(to, { recursive: true });
  const left = [...wanted];
  await Promise.all(Array.from({ length: atOnce }, () => takeNext(to, left)));
}

async function takeNext(to: string, left: (readonly [string, ViewName])[]): Promise<void> {
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const [name, view] = next;
    const scene = [...scenes, ...desktopScenes].find((each) => each.name === name);
    if (scene === undefined) throw new Error(`no scene ${name}`);
    await writeFile(join(to, `${name}-${view}.png`), await take(browser, built.folder, scene, views[view]));
  }
}

/** A scene in the view that is named behind it, or in every one. */
function asked(text: string): Wanted {
  const [scene = "", view] = text.split("@");
  return viewNames.filter((each) => view === undefined || each === view).map((each) => [scene, each]);
}
