import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser } from "./browser.ts";
import { buildConsole } from "./console/build.ts";
import { serveTestConsole } from "./console/server.ts";
import type { Scene } from "./pictures/scene.ts";
import { scenes } from "./pictures/scenes.ts";

// Pictures of the console in every state: `node test/support/pictures.ts FOLDER`.

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node test/support/pictures.ts FOLDER [SCENE…]");
const wanted = process.argv.slice(3);
await mkdir(folder, { recursive: true });
const built = await buildConsole();
const browser = await launchBrowser();
try {
  for (const scene of scenes.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) await take(scene);
} finally {
  await browser.close();
  await built.remove();
}

async function take({ name, state, act }: Scene): Promise<void> {
  const server = await serveTestConsole(built.folder, state);
  server.refuse("approvals.decide", { code: "digest_mismatch", message: "" });
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1180, 620]) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 760 },
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      page.on("console", (message) => process.stderr.write(`${name}: ${message.text()}\n`));
      page.on("pageerror", (error) => process.stderr.write(`${name}: ${String(error)}\n`));
      await page.goto(server.link());
      if (state !== null) await page.getByRole("banner").getByText(/./).first().waitFor();
      await page.waitForTimeout(150);
      await act?.(page, server);
      await page.waitForTimeout(100);
      await page.screenshot({ path: join(folder as string, `${name}-${colorScheme}-${width}.png`) });
      await context.close();
    }
  await server.close();
}
