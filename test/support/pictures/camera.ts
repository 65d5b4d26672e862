import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { words } from "../../../src/renderer/words.ts";
import { serveTestConsole } from "../console/server.ts";
import { takenAtMs } from "./clock.ts";
import { indexed } from "./indexed.ts";
import type { Scene } from "./scene.ts";
import { place } from "./views.ts";

const mostTries = 20;

/** One scene as PNG bytes, of the pages built in `folder`. */
export async function take(browser: Browser, folder: string, scene: Scene, view: BrowserContextOptions) {
  const server = await serveTestConsole(folder, scene.state);
  server.refuse("approvals.decide", { code: "digest_mismatch", message: "" });
  const context = await browser.newContext({ ...place, ...view });
  try {
    const page = await context.newPage();
    page.on("console", (message) => process.stderr.write(`${scene.name}: ${message.text()}\n`));
    page.on("pageerror", (error) => process.stderr.write(`${scene.name}: ${String(error)}\n`));
    await page.clock.setFixedTime(takenAtMs);
    await scene.before?.(page);
    await page.goto(server.link());
    if (scene.state !== null) await page.locator("main:not([aria-busy])").waitFor();
    await scene.act?.(page, server);
    await page.getByText(words.context.reading).first().waitFor({ state: "hidden" });
    if (scene.pointer !== "stays") await page.mouse.move(0, 0);
    return indexed(await atRest(page));
  } finally {
    await context.close();
    await server.close();
  }
}

/** The page once it draws the same twice. */
async function atRest(page: Page): Promise<Buffer> {
  let last = await page.screenshot();
  for (let tries = 0; tries < mostTries; tries += 1) {
    await page.waitForTimeout(60);
    const next = await page.screenshot();
    if (next.equals(last)) return next;
    last = next;
  }
  throw new Error("the page does not come to rest");
}
