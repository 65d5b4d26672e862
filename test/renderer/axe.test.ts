import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { axeFaults } from "../support/axe.ts";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { desktopScenes } from "../support/pictures/desktop.ts";
import { scenes } from "../support/pictures/scenes.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

/** Of each screen one is looked at in forced colours as well: its parts are those of the others. */
const forced: ReadonlySet<string> = new Set([
  "inbox",
  "critical-number",
  "quorum",
  "denying",
  "own-number",
  "history",
  "grants",
  "connections-busy",
  "clients-refused",
  "settings",
  "signed-out",
  "bands",
]);

describe("axe finds nothing, light and dark, on", () => {
  it.each([...scenes, ...desktopScenes].map((scene) => [scene.name, scene] as const))(
    "%s",
    { timeout: 60_000 },
    async (_name, scene) => {
      const { page, server } = await stage.open(scene.state, { reducedMotion: "reduce" }, scene.before);
      page.setDefaultTimeout(30_000);
      server.refuse("approvals.decide", { code: "digest_mismatch", message: "" });
      await scene.act?.(page, server);
      // What is read besides is there: nothing is drawn anew while axe looks.
      await page.getByText("Reading…").first().waitFor({ state: "detached" });
      const looks = forced.has(scene.name)
        ? (["light", "dark", "forced colours"] as const)
        : (["light", "dark"] as const);
      expect(await axeFaults(page, looks)).toEqual([]);
    },
  );
});
