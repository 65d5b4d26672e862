import type { Locator, Page } from "playwright-core";
import { mainThreadWork } from "./main-thread.ts";
import { quantile } from "./table.ts";

/** How long the frames were while a list was scrolled, in ms. */
export interface Frames {
  readonly frames: number;
  readonly longestMs: number;
  readonly p99Ms: number;
  /** The most computing time that the page's main thread took at a stretch: what a frame waits for even where nothing else runs on the machine. */
  readonly longestWorkMs: number;
}

export type Scrolling = "wheel" | "jumps" | "keys";

/** Steps of one scrolling: some seconds of it. */
const steps = 150;

/**
 * Scrolls the inbox's list by turns of the wheel, by jumps as of a dragged bar, or by J held to go through it, and times every frame; then
 * scrolls once more for the work, since the tracing that tells it costs time itself.
 */
export async function scrolledFrames(page: Page, how: Scrolling): Promise<Frames> {
  await atTop(page);
  await page.evaluate(startTiming);
  await scroll(page, how);
  const lengths = await page.evaluate(stopTiming);
  await atTop(page);
  const work = await mainThreadWork(page);
  await scroll(page, how);
  const longestWorkMs = await work.longestMs();
  return { frames: lengths.length, longestMs: Math.max(...lengths), p99Ms: quantile(lengths, 0.99), longestWorkMs };
}

function listOf(page: Page): Locator {
  return page.getByRole("listbox").locator("..");
}

async function atTop(page: Page): Promise<void> {
  await listOf(page).evaluate((scroller) => scroller.scrollTo(0, 0));
  await listOf(page).hover();
}

async function scroll(page: Page, how: Scrolling): Promise<void> {
  if (how === "wheel") for (let step = 0; step < steps; step += 1) await page.mouse.wheel(0, 400);
  else if (how === "jumps") await listOf(page).evaluate(jump, steps);
  else for (let step = 0; step < steps; step += 1) await page.keyboard.press("j");
}

/** In the page: the time from each frame to the next. */
function startTiming(): void {
  const lengths: number[] = [];
  let isOn = true;
  let last: number | null = null;
  const frame = (atMs: number): void => {
    if (last !== null) lengths.push(atMs - last);
    last = atMs;
    if (isOn) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  Object.assign(window, {
    stopTiming: () => {
      isOn = false;
      return lengths;
    },
  });
}

function stopTiming(): number[] {
  const { stopTiming: stop } = window as unknown as { readonly stopTiming: () => number[] };
  return stop();
}

/** In the page: another place of the list in every frame, up and down its whole length. */
async function jump(scroller: HTMLElement | SVGElement, count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) {
    await new Promise(requestAnimationFrame);
    scroller.scrollTo(0, Math.abs(Math.sin(step / 7)) * scroller.scrollHeight);
  }
}
