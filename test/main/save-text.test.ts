import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  electron.app.setPath("downloads", join(electron.folder, "Downloads"));
});
afterAll(() => electron.close());

test("an export is written where the person says, for them alone to read", async () => {
  const { saveText } = await import("../../src/main/save-text.ts");
  const file = join(electron.folder, "mine.csv");
  electron.desktop.answer.saveAs = file;
  expect(await saveText("countersign-decisions.csv", "time\r\n")).toBe(true);
  expect(electron.desktop.proposed).toEqual([join(electron.folder, "Downloads", "countersign-decisions.csv")]);
  expect(await readFile(file, "utf8")).toBe("time\r\n");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("nothing is written where the person closes the dialog, and a failure is no success", async () => {
  const { saveText } = await import("../../src/main/save-text.ts");
  electron.desktop.answer.saveAs = null;
  expect(await saveText("x.json", "{}")).toBe(false);
  electron.desktop.answer.saveAs = join(electron.folder, "none", "x.json");
  await expect(saveText("x.json", "{}")).rejects.toThrow("ENOENT");
});
