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

/** Of each screen these are looked at dark and in forced colours as well: inks and grounds are those of the others, and tokens.test.ts measures each pair. */
const everyLook: ReadonlySet<string> = new Set([
  "inbox",
  "empty",
  "gateway-removal",
  "sign-in-asked",
  "hostile",
  "critical-number",
  "quorum",
  "denying",
  "denied",
  "own-number",
  "history",
  "search",
  "activity",
  "sessions",
  "grants",
  "connections-busy",
  "clients-refused",
  "settings",
  "signed-out",
  "bands",
]);

describe("axe finds nothing on", () => {
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
      const looks = everyLook.has(scene.name) ? (["light", "dark", "forced colours"] as const) : (["light"] as const);
      expect(await axeFaults(page, looks)).toEqual([]);
    },
  );
});
