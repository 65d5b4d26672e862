import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patienceMs } from "../support/eventually.ts";
import { descendants, spawnDemo, survivors, type Process } from "./running-demo.ts";

let temporary: string;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "countersign-start-up-"));
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

describe("a demo that is ended in the middle of its start-up", () => {
  it.each<[NodeJS.Signals, RegExp]>([
    ["SIGINT", /customers\/index/],
    ["SIGTERM", /gateway --config/],
    ["SIGHUP", /gateway --config/],
    ["SIGKILL", /gateway --config/],
  ])("by %s leaves no process behind", async (signal, sign) => {
    const demo = spawnDemo(temporary);
    let started: readonly Process[] = [];
    while (!started.some(({ command }) => sign.test(command))) {
      started = await descendants(demo.pid ?? 0);
      await wait(20);
    }
    const ended = once(demo, "exit");
    const asked = performance.now();
    demo.kill(signal);
    await ended;
    expect(performance.now() - asked).toBeLessThan(patienceMs);
    expect(await survivors(started)).toEqual([]);
  });

  it("leaves its folder where it was told to keep it", async () => {
    const before = await readdir(temporary);
    const demo = spawnDemo(temporary, "--keep");
    while ((await readdir(temporary)).length === before.length) await wait(20);
    const ended = once(demo, "exit");
    demo.kill("SIGINT");
    await ended;
    expect(await readdir(temporary)).toHaveLength(before.length + 1);
  });
});
