import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import type { Client } from "../src/client/index.ts";
import type { ConsoleState } from "../src/shared/console.ts";
import { buildConsole } from "../test/support/console/build.ts";
import { putPending } from "../test/support/many-pending.ts";
import { openTwoPeople, type TwoPeople } from "../test/support/two-people.ts";
import { whileOthersAsk } from "./arrivals.ts";
import { decidedByNotification, decidedInWindow, quickRule } from "./decided.ts";
import { scrolledFrames, type Scrolling } from "./scrolled-frames.ts";
import { quantile } from "./table.ts";

const rows = 10_000;
const loads = 5;
const decisions = 30;
const ways: readonly Scrolling[] = ["wheel", "jumps", "keys"];

/** The console over a real gateway, in headless Chromium: the size of its bundle, its first paint, decisions from click to record, thousands of rows scrolled. */
export async function measureConsole(): Promise<string> {
  const people = await openTwoPeople([
    quickRule,
    { name: "held", tools: ["*"], effect: "approve", approvers: ["approvers"] },
  ]);
  try {
    const size = await bundleSize();
    const paints = await firstPaints(people);
    const notified = await decidedByNotification(people, decisions);
    const clicked = await decidedInWindow(people, decisions);
    await people.world.restart(() => putPending(people, rows));
    const { client, page } = people.approver;
    await client.call("gateway.retry", {}, "window");
    await until(client, ({ approvals }) => approvals.length >= rows);
    const full = await reopened(people);
    const clickedAmong = await decidedInWindow(people, decisions);
    return [
      "The console in headless Chromium, over a real gateway",
      line("bundle, all files", size.gzip / 1000, "kB gzip (target: below 200)"),
      line("bundle, all files", size.brotli / 1000, "kB brotli"),
      line("first paint, nothing waiting, median", quantile(paints, 0.5), "ms"),
      ...decided("a notification's button", notified),
      ...decided("Approve in the window", clicked),
      ...decided(`Approve in the window, ${rows} waiting`, clickedAmong),
      line(`first row of ${rows} drawn`, full, "ms"),
      ...(await scrolled(page, "")),
      ...(await whileOthersAsk(people, () => scrolled(page, " while requests come and go"))),
      "",
    ].join("\n");
  } finally {
    await people.close();
  }
}

function until(client: Client, isSo: (state: ConsoleState) => boolean): Promise<void> {
  if (isSo(client.state())) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = client.onState((state) => {
      if (!isSo(state)) return;
      stop();
      resolve();
    });
  });
}

function decided(from: string, took: readonly number[]): readonly string[] {
  return [
    line(`${from} to recorded decision, median`, quantile(took, 0.5), "ms (target: below 100)"),
    line(`${from} to recorded decision, p99`, quantile(took, 0.99), "ms"),
  ];
}

/** The figures of each way of scrolling, one after another. */
async function scrolled(page: Page, besides: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const how of ways) {
    const { frames, longestMs, p99Ms, longestWorkMs } = await scrolledFrames(page, how);
    const name = `${rows} rows by ${how}${besides}`;
    lines.push(
      line(`${name}, longest of ${frames} frames`, longestMs, "ms (target: below 50)"),
      line(`${name}, p99 frame`, p99Ms, "ms"),
      line(`${name}, most work at a stretch`, longestWorkMs, "ms of the main thread"),
    );
  }
  return lines;
}

function line(name: string, value: number, unit: string): string {
  return `${name.padEnd(76)} ${value.toFixed(1).padStart(9)} ${unit}`;
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
  await approver.page.getByRole("option").first().waitFor({ timeout: 120_000 });
  return await approver.page.evaluate(() => performance.now());
}

/** A link in the same page would change only its fragment. */
async function fresh(page: Page, link: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(link);
}
