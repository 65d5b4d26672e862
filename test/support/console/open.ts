import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { ConsoleState } from "../../../src/shared/console.ts";
import { launchBrowser } from "../browser.ts";
import { patienceMs } from "../eventually.ts";
import { buildConsole } from "./build.ts";
import { serveTestConsole, type ConsoleServer } from "./server.ts";

/** The built console in one browser, for a file of tests; each page has its own owner and profile. */
export interface ConsoleStage {
  /** Opens a console whose owner says this state, or nothing yet; `before` puts something into the page first. */
  open(
    state: ConsoleState | null,
    options?: BrowserContextOptions,
    before?: (page: Page) => Promise<void>,
  ): Promise<Opened>;
  /** Closes every page and tells what any of them complained of: errors, refused code, broken policy. */
  clear(): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Opened {
  readonly page: Page;
  readonly server: ConsoleServer;
}

export async function stageConsole(): Promise<ConsoleStage> {
  const [built, browser] = await Promise.all([buildConsole(), launchBrowser()]);
  const closers: (() => Promise<void>)[] = [];
  const complaints: string[] = [];
  const clear = async () => {
    for (const close of closers.splice(0)) await close();
    return complaints.splice(0);
  };
  return {
    async open(state, options = {}, before) {
      const server = await serveTestConsole(built.folder, state);
      const page = await newPage(browser, options, complaints);
      closers.push(async () => {
        await page.context().close();
        await server.close();
      });
      await before?.(page);
      await page.goto(server.link());
      if (state !== null) await page.locator("main:not([aria-busy])").waitFor();
      return { page, server };
    },
    clear,
    async close() {
      await clear();
      await browser.close();
      await built.remove();
    },
  };
}

async function newPage(browser: Browser, options: BrowserContextOptions, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, ...options });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.clock.install();
  return page;
}
