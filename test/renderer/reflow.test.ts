import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { desktopScenes } from "../support/pictures/desktop.ts";
import { scenes } from "../support/pictures/scenes.ts";

// WCAG 2.2, 1.4.10: at 320 CSS px, which is also 1280 px at 400 %, and at 200 %, nothing is lost and nobody scrolls in two directions.

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const mainScreens = [
  "inbox",
  "requests",
  "connections",
  "history",
  "grants",
  "search",
  "activity",
  "sessions",
  "settings",
  "signed-out",
  "notified-held",
];
const chosen = [...scenes, ...desktopScenes].filter(({ name }) => mainScreens.includes(name));
const widths = [
  ["at 320 px", { viewport: { width: 320, height: 640 } }],
  ["at 200 %", { viewport: { width: 590, height: 380 }, deviceScaleFactor: 2 }],
] as const;

/** Controls of which a part is beyond the page's sides and cannot be scrolled to, and how far the page itself scrolls sideways. */
function lostIn(page: Page) {
  return page.evaluate(() => {
    const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const lost = [...document.querySelectorAll("button, input, a[href], h1, h2, [role=option], [role=alert]")]
      .filter((each) => each.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }))
      .filter((each) => {
        const { left, right, width } = each.getBoundingClientRect();
        if (width <= 1 || (left >= -1 && right <= innerWidth + 1)) return false;
        for (let of = each.parentElement; of !== null; of = of.parentElement)
          if (/auto|scroll/.test(getComputedStyle(of).overflowX) && of.scrollWidth > of.clientWidth) return false;
        return true;
      })
      .map((each) => `${each.tagName} ${(each.getAttribute("aria-label") ?? each.textContent).slice(0, 40)}`);
    return { sideways, lost };
  });
}

/** How many things on the page would move, by their styles. */
function movingIn(page: Page) {
  return page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((each) => {
        const { transitionDuration, animationName, animationDuration } = getComputedStyle(each);
        return /[1-9]/.test(transitionDuration) || (animationName !== "none" && /[1-9]/.test(animationDuration));
      }).length,
  );
}

describe.each(widths)("%s", (_how, view) => {
  it.each(chosen.map((scene) => [scene.name, scene] as const))(
    "%s scrolls in one direction and loses no control",
    { timeout: 60_000 },
    async (_name, scene) => {
      const { page, server } = await stage.open(scene.state, { ...view, reducedMotion: "reduce" }, scene.before);
      await scene.act?.(page, server);
      await page.getByText("Reading…").first().waitFor({ state: "detached" });
      expect(await lostIn(page)).toEqual({ sideways: 0, lost: [] });
    },
  );
});

it("what stands beyond the side is found", async () => {
  const { page } = await stage.open(chosen.find(({ name }) => name === "inbox")?.state ?? null, widths[0][1]);
  await page.evaluate(() => {
    const far = document.createElement("button");
    far.textContent = "Far";
    far.style.cssText = "position: absolute; left: 300px; width: 90px";
    document.body.append(far);
  });
  expect((await lostIn(page)).lost).toEqual(["BUTTON Far"]);
});

it("every main screen is looked at", () => {
  expect(chosen.map(({ name }) => name).toSorted()).toEqual(mainScreens.toSorted());
});

describe("who asks for reduced motion", () => {
  it("sees none: no transition and no animation is left", async () => {
    const [inbox] = chosen.filter(({ name }) => name === "inbox");
    const still = await stage.open(inbox?.state ?? null, { reducedMotion: "reduce" });
    expect(await movingIn(still.page)).toBe(0);
    const usual = await stage.open(inbox?.state ?? null, { reducedMotion: "no-preference" });
    expect(await movingIn(usual.page)).toBeGreaterThan(0);
  });
});
