import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Lifeline } from "../../../src/client/upstream/lifeline.ts";

let nowMs: number;
let addresses: ReadonlySet<string>;
let probes: number;
let probeFails: Error | null;
let others: ReadonlySet<string>[];
let lifeline: Lifeline;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  nowMs = 1_000_000;
  addresses = new Set(["127.0.0.1", "10.0.0.2"]);
  probes = 0;
  probeFails = null;
  others = [];
  lifeline = new Lifeline({
    origin: "https://gateway.test",
    probe: async () => {
      probes += 1;
      if (probeFails !== null) throw probeFails;
    },
    onOtherNetwork: (now) => void others.push(now),
    ownAddresses: () => addresses,
    now: () => nowMs,
    random: () => 1,
  });
});
afterEach(() => {
  lifeline.close();
  vi.useRealTimers();
});

/** Lets time pass, in the steps in which it looks. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    nowMs += 250;
    await vi.advanceTimersByTimeAsync(250);
  }
}

const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
const request = (state: { sent: boolean; answered: boolean }) => {
  const aborted: Error[] = [];
  return { watched: { ...state, abort: (reason: Error) => void aborted.push(reason) }, aborted };
};

it("takes new connections after the machine has slept, before the first call", async () => {
  nowMs += 3_600_000;
  await lifeline.ready(nowMs + 1_000);
  expect(others).toEqual([addresses]);
});

it("takes new connections within five seconds of a change of the machine's addresses, as a VPN makes one", async () => {
  addresses = new Set(["127.0.0.1", "10.8.0.1"]);
  await pass(5_000);
  expect(others).toEqual([addresses]);
  await pass(30_000);
  expect(others).toHaveLength(1);
});

it("gives up a request that gets no connection, and one whose gateway is refused to a probe", async () => {
  const unsent = request({ sent: false, answered: false });
  const end = lifeline.watch(unsent.watched);
  await pass(1_000);
  expect(unsent.aborted).toEqual([]);
  await pass(750);
  expect(unsent.aborted).not.toEqual([]);
  end();
  probeFails = refused;
  const silent = request({ sent: true, answered: false });
  lifeline.watch(silent.watched);
  await pass(1_000);
  expect(silent.aborted[0]).toMatchObject({ code: "gateway_unreachable" });
});

it("leaves a slow call alone while the gateway answers probes, of which there are few", async () => {
  const slow = request({ sent: true, answered: false });
  lifeline.watch(slow.watched);
  await pass(60_000);
  expect(slow.aborted).toEqual([]);
  expect(probes).toBeLessThan(15);
});

it("lets all who wait share a probe, pauses longer after each that fails, and lets them go once one doesn't", async () => {
  probeFails = refused;
  lifeline.failed(refused);
  const waiting = Array.from({ length: 100 }, () => lifeline.ready(nowMs + 1_400).catch((error: unknown) => error));
  await pass(1_500);
  for (const each of await Promise.all(waiting)) expect(each).toMatchObject({ code: "gateway_unreachable" });
  expect(probes).toBeLessThan(6);
  probeFails = null;
  const next = lifeline.ready(nowMs + 1_400);
  await pass(1_500);
  await expect(next).resolves.toBeUndefined();
});

it("asks nothing of the gateway while nobody calls", async () => {
  probeFails = refused;
  lifeline.failed(refused);
  await pass(600_000);
  expect(probes).toBe(0);
});

const silence = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });

it("gives up an answer that has silently stalled, where new connections bring no answer either", async () => {
  const stalled = request({ sent: true, answered: true });
  lifeline.heard();
  const end = lifeline.follow(stalled.watched);
  await pass(20_000);
  expect(stalled.aborted).toEqual([]);
  expect(probes).toBeLessThan(6);
  probeFails = silence;
  await pass(12_000);
  expect(stalled.aborted[0]).toMatchObject({ code: "gateway_unreachable" });
  end();
  const before = probes;
  await pass(60_000);
  expect(probes).toBe(before);
});

it.each([
  ["anything comes from the gateway", silence, () => lifeline.heard()],
  ["it refuses new connections, as one that stops does", refused, () => undefined],
])("leaves a silent answer alone where %s", async (_what, fails, meanwhile) => {
  const slow = request({ sent: true, answered: true });
  lifeline.heard();
  lifeline.follow(slow.watched);
  probeFails = fails;
  for (let turn = 0; turn < 15; turn += 1) {
    await pass(4_000);
    meanwhile();
  }
  expect(slow.aborted).toEqual([]);
});
