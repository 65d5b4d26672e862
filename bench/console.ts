import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { loadKeys } from "../src/gateway/keys.ts";
import { openStore } from "../src/gateway/store/open-store.ts";
import { buildConsole } from "../test/support/console/build.ts";
import { openTwoPeople, type TwoPeople } from "../test/support/two-people.ts";
import { pendingApproval } from "./pending-approval.ts";
import { scrolledFrames } from "./scrolled-frames.ts";
import { quantile } from "./table.ts";

const rows = 10_000;
const loads = 5;

/** The console over a real gateway, in headless Chromium: the size of its bundle, its first paint, and thousands of rows scrolled. */
export async function measureConsole(): Promise<string> {
  const rules = [{ name: "held", tools: ["*"], effect: "approve", approvers: ["approvers"] }];
  const people = await openTwoPeople(rules);
  try {
    const size = await bundleSize();
    const paints = await firstPaints(people);
    await people.world.restart(() => fill(people));
    const { client, page } = people.approver;
    await client.call("gateway.retry", {}, "window");
    await page.getByText(`${rows.toLocaleString("en")} wait for you`).waitFor({ timeout: 120_000 });
    const full = await reopened(people);
    const wheel = await scrolledFrames(page, "wheel");
    const jumps = await scrolledFrames(page, "jumps");
    const keys = await scrolledFrames(page, "keys");
    return [
      "The console in headless Chromium, over a real gateway",
      line("bundle, all files", size.gzip / 1000, "kB gzip (target: below 200)"),
      line("bundle, all files", size.brotli / 1000, "kB brotli"),
      line("first paint, nothing waiting, median", quantile(paints, 0.5), "ms"),
      line(`first row of ${rows} drawn`, full, "ms"),
      ...[wheel, jumps, keys].flatMap(({ how, longestMs, p99Ms, frames }) => [
        line(`${rows} rows by ${how}, longest of ${frames} frames`, longestMs, "ms (target: below 50)"),
        line(`${rows} rows by ${how}, p99 frame`, p99Ms, "ms"),
      ]),
      "",
    ].join("\n");
  } finally {
    await people.close();
  }
}

function line(name: string, value: number, unit: string): string {
  return `${name.padEnd(56)} ${value.toFixed(1).padStart(9)} ${unit}`;
}

async function bundleSize(): Promise<{ readonly gzip: number; readonly brotli: number }> {
  const built = await buildConsole();
  try {
    const entries = await readdir(built.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const bytes = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
    const sum = (compress: (bytes: Buffer) => Buffer) => bytes.reduce((all, each) => all + compress(each).length, 0);
    return { gzip: sum(gzipSync), brotli: sum(brotliCompressSync) };
  } finally {
    await built.remove();
  }
}

/** First contentful paint of so many new pages, in ms since each began to load. */
async function firstPaints({ approver }: TwoPeople): Promise<readonly number[]> {
  const paints: number[] = [];
  for (let load = 0; load < loads; load += 1) {
    await fresh(approver.page, approver.client.consoleLink());
    await approver.page.getByText("Connected", { exact: true }).waitFor();
    paints.push(
      await approver.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN),
    );
  }
  return paints;
}

/** From opening the link to the first row, in ms. */
async function reopened({ approver }: TwoPeople): Promise<number> {
  await fresh(approver.page, approver.client.consoleLink());
  await approver.page.getByRole("option").first().waitFor({ timeout: 60_000 });
  return await approver.page.evaluate(() => performance.now());
}

/** A link in the same page would change only its fragment. */
async function fresh(page: Page, link: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(link);
}

async function fill({ world, engineer }: TwoPeople): Promise<void> {
  const { session } = engineer.client.state();
  if (session.state !== "signed-in") throw new Error("nobody is signed in");
  const { account } = session;
  const keys = await loadKeys(join(dirname(world.data), "keys"));
  const store = await openStore({ folder: world.data, keys, origin: new URL(world.url).host, now: Date.now });
  await store.commit((writes) => {
    for (let n = 0; n < rows; n += 1) writes.approvals.put(pendingApproval(n, account, Date.now()));
  });
  await store.close();
}
