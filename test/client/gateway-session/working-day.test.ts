import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installClient, type InstalledClient } from "../../support/installed-client.ts";
import { startRoad, type Road } from "../../support/road.ts";
import type { Handler } from "../../gateway/connections/servers.ts";
import { freePort } from "../../../src/demo/free-port.ts";
import { openGround, result, type Ground } from "../../gateway/mcp/ground.ts";

/** The day's clock: `Date.now` itself, for gateway, tunnel and tokens together, with the timers of the renewals on it. */
const realNow = Date.now;
let aheadMs = 0;
const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
const after = (ms: number, run: () => void): (() => void) => {
  const timer = { atMs: Date.now() + ms, run };
  timers.add(timer);
  return () => void timers.delete(timer);
};

const minuteMs = 60_000;
let ground: Ground & { close(): Promise<void> };
let road: Road;
let installed: InstalledClient;
/** When the provider was asked for a token, and the gateway for a session, in minutes of the day. */
const refreshed: number[] = [];
const minute = (): number => aheadMs / minuteMs;
/** When sleeps and losses ended. */
const breaks: number[] = [];
const isAfterBreak = (at: number): boolean => breaks.some((end) => at >= end && at <= end + 6);

const answer: Handler = (_request, response, body) => {
  const { method } = JSON.parse(body) as { method: string };
  const value = method === "tools/list" ? { tools: [] } : { content: [{ type: "text", text: "done" }] };
  response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
};
const onRefresh = (): void => void refreshed.push(minute());

beforeAll(async () => {
  Date.now = () => realNow() + aheadMs;
  const port = await freePort();
  road = await startRoad(`http://127.0.0.1:${port}`);
  ground = await openGround(answer, undefined, { port, publicUrl: road.origin });
  await ground.reload((config) => {
    config.accepts = "sessions";
    config.sessions = { lasts: "5m" };
  });
  installed = await installClient(ground, {
    gateway: road.origin,
    lastsS: 1200,
    now: () => Date.now(),
    after,
    onRefresh,
  });
});
afterAll(async () => {
  await installed.close();
  await road.close();
  await ground.close();
  Date.now = realNow;
});

/** Lets so many minutes pass, awake: each timer runs when its time comes. */
async function pass(minutes: number): Promise<void> {
  const untilMs = aheadMs + minutes * minuteMs;
  while (aheadMs < untilMs) {
    aheadMs = Math.min(untilMs, aheadMs + 5_000);
    const due = [...timers].filter(({ atMs }) => atMs <= Date.now());
    for (const timer of due) if (timers.delete(timer)) timer.run();
    if (due.length > 0) await settled();
  }
}

/** What a timer began is over before time goes on, as the sockets are real and know nothing of this clock: a renewal that is over has its next timer. */
async function settled(): Promise<void> {
  while (timers.size < renewals) await setImmediate();
}
const renewals = ["of the provider's token", "of the session"].length;

async function isDone(): Promise<boolean> {
  const answer = await installed.call("get_one");
  await settled();
  return "result" in answer;
}

/** Time goes on, and no timer runs. */
const sleep = (minutes: number): void => {
  aheadMs += minutes * minuteMs;
  breaks.push(minute());
};

/** Neither gateway nor provider is reached: the calls of that time fail, each without an effect, and nobody is signed out. */
const lose = async (minutes: number): Promise<void> => {
  await road.close();
  installed.provider.failure = "transient";
  for (let lost = 0; lost < minutes; lost += 12) {
    await pass(Math.min(12, minutes));
    expect(await installed.call("get_one")).toMatchObject({ error: { data: { outcome: "not_run" } } });
  }
  installed.provider.failure = null;
  await road.open();
  breaks.push(minute());
  expect(installed.client.state().session.state).toBe("signed-in");
};

it("gets through a working day: no failed call but in the network's losses, no browser window, one refresh a window", async () => {
  const failed: number[] = [];
  const work = async (minutes: number): Promise<void> => {
    for (let worked = 0; worked < minutes; worked += 2) {
      await pass(2);
      if (!(await isDone())) failed.push(minute());
    }
  };
  await work(80);
  // Renewed ahead of its end each time, so that it is the same one.
  expect(ground.ledger().filter(({ kind }) => kind === "gateway-session.begun")).toHaveLength(1);
  sleep(45);
  await work(60);
  await lose(4);
  await work(60);
  sleep(70);
  await work(30);
  // Longer than what is left of token and session.
  await lose(24);
  await work(60);
  sleep(7);
  await work(60);
  expect(minute()).toBe(500);
  expect(failed).toEqual([]);
  expect(installed.opened).toHaveLength(1);
  // 70 to 80 % of twenty minutes, as the renewal is planned. After a break the approvals stream comes back by timers that know nothing of this clock.
  const early = refreshed.filter((at, index) => at - (refreshed[index - 1] ?? -20) < 13.9 && !isAfterBreak(at));
  expect(early).toEqual([]);
  expect(refreshed.length).toBeLessThan(36);
});
