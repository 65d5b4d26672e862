import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import "./pictures/clock.ts";
import { launchBrowser } from "./browser.ts";
import { buildConsole } from "./console/build.ts";
import { take } from "./pictures/camera.ts";
import { interAsSystemFont } from "./pictures/fonts.ts";
import { desktopScenes } from "./pictures/desktop.ts";
import { scenes } from "./pictures/scenes.ts";
import { views, type ViewName } from "./pictures/views.ts";

const everyScene = [...scenes, ...desktopScenes];
const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node test/support/pictures.ts FOLDER [SCENE[@VIEW]…]");
await mkdir(folder, { recursive: true });
const fonts = process.env["OWN_FONTS"] ? null : await interAsSystemFont();
const [built, browser] = await Promise.all([
  buildConsole(),
  launchBrowser(fonts ? { FONTCONFIG_FILE: fonts.file } : {}),
]);
try {
  for (const [name, view] of wanted(process.argv.slice(3))) {
    const scene = everyScene.find((each) => each.name === name);
    if (scene === undefined) throw new Error(`no scene ${name}`);
    await writeFile(join(folder, `${name}-${view}.png`), await take(browser, built.folder, scene, views[view]));
  }
} finally {
  await browser.close();
  await Promise.all([built.remove(), fonts?.remove()]);
}

function wanted(asked: readonly string[]): readonly (readonly [string, ViewName])[] {
  const all = Object.keys(views) as ViewName[];
  if (asked.length === 0)
    return everyScene.flatMap(
      ({ name }) =>
        [
          [name, "light"],
          [name, "dark-narrow"],
        ] as const,
    );
  return asked.flatMap((each) => {
    const [name = "", view] = each.split("@");
    return all.filter((one) => view === undefined || one === view).map((one) => [name, one] as const);
  });
}
