import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { descendants, spawnDemo, survivors, type Process } from "./running-demo.ts";

describe("a demo that is ended in the middle of its start-up", () => {
  it.each<[NodeJS.Signals, RegExp]>([
    ["SIGINT", /customers\/index/],
    ["SIGTERM", /gateway --config/],
    ["SIGHUP", /gateway --config/],
    ["SIGKILL", /gateway --config/],
  ])("by %s leaves no process behind", async (signal, sign) => {
    const demo = spawnDemo();
    let started: readonly Process[] = [];
    while (!started.some(({ command }) => sign.test(command))) {
      started = await descendants(demo.pid ?? 0);
      await wait(20);
    }
    const ended = once(demo, "exit");
    const asked = performance.now();
    demo.kill(signal);
    await ended;
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(await survivors(started)).toEqual([]);
  });
});
