import { readdir, readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { album } from "./album.ts";
import { desktopScenes } from "./desktop.ts";
import { scenes } from "./scenes.ts";
import { screensPage } from "./screens-page.ts";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
const shots = album.flatMap((screen) => screen.shots);

test("the page of screens shows the pictures that there are, and no other is kept", async () => {
  expect(await readFile(`${docs}screens.md`, "utf8"), "run npm run pictures").toBe(screensPage());
  const named = shots.flatMap(({ scene, views }) => views.map((view) => `${scene}-${view}.png`));
  expect((await readdir(`${docs}pictures`)).toSorted()).toEqual([...named, "tray.png"].toSorted());
});

test("every picture is of a scene, and each scene is shown once", () => {
  const known = [...scenes, ...desktopScenes].map(({ name }) => name);
  expect(new Set(known).size).toBe(known.length);
  expect(new Set(shots.map(({ scene }) => scene)).size).toBe(shots.length);
  expect(shots.map(({ scene }) => scene).filter((scene) => !known.includes(scene))).toEqual([]);
});

test("the pictures stay below 7 MB, as every copy of the project carries them", async () => {
  const files = await readdir(`${docs}pictures`);
  const sizes = await Promise.all(files.map(async (file) => (await stat(`${docs}pictures/${file}`)).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(7_000_000);
});
