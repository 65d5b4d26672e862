import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchIssuers } from "../../../src/gateway/identity/issuers-watch.ts";
import type { LogLine } from "../../../src/gateway/log.ts";
import { eventually } from "../../support/eventually.ts";
import { openGround, type Ground } from "../mcp/ground.ts";
import { installClient } from "../../support/installed-client.ts";
import { call } from "../../support/world.ts";

let ground: Ground & { close(): Promise<void> };
beforeEach(async () => {
  ground = await openGround((_request, response) => void response.writeHead(500).end());
});
afterEach(() => ground.close());

const events = (): readonly unknown[] =>
  ground.log.filter(({ event }) => event.startsWith("issuer.")).map(({ event, issuer }) => [event, issuer]);
const ready = async () => {
  const answer = await fetch(`${ground.url}/readyz`);
  return [answer.status, await answer.json()];
};

describe("a gateway that starts while its issuer is down", () => {
  it("lets nobody in and says so, and lets people in once the issuer is back, without a restart and without being asked", async () => {
    const token = await ground.token("erin", ["engineers"]);
    expect((await call(ground.url, token, "/v1/me")).status).toBe(200);
    ground.issuer.state.status = 503;
    await ground.restart();
    expect((await call(ground.url, token, "/v1/me")).status).toBe(503);
    expect(await ready()).toEqual([503, { status: "not_ready", failing: ["issuers"], unknownIssuers: ["staff"] }]);
    await eventually(() => expect(events()).toEqual([["issuer.unreachable", "staff"]]));
    ground.issuer.state.status = 200;
    // Nothing but the gateway itself asks the issuer meanwhile.
    await eventually(() => expect(events()).toContainEqual(["issuer.reached", "staff"]));
    expect((await call(ground.url, token, "/v1/me")).status).toBe(200);
    expect(await ready()).toEqual([200, { status: "ready" }]);
  });

  it("is told in the console for what it is, and nobody is signed out by it", async () => {
    const installed = await installClient(ground);
    const { client } = installed;
    try {
      ground.issuer.state.status = 503;
      await ground.restart();
      await eventually(() => expect(client.state().gateway.trouble).toMatchObject({ kind: "issuer" }));
      expect(client.state().session.state).toBe("signed-in");
      ground.issuer.state.status = 200;
      await eventually(async () => {
        await client.call("gateway.retry", {}, "window");
        expect(client.state().gateway.link).toBe("online");
      });
    } finally {
      await installed.close();
    }
  });

  it("keeps no key over a restart: one that was withdrawn meanwhile must not open anything", async () => {
    const token = await ground.token("erin", ["engineers"]);
    expect((await call(ground.url, token, "/v1/me")).status).toBe(200);
    ground.issuer.state.keys = [];
    await ground.restart();
    expect((await call(ground.url, token, "/v1/me")).status).not.toBe(200);
  });
});

describe("the watch over issuers", () => {
  it("asks again with growing pauses while one is missing, tells each change once, and asks nobody where all are known", async () => {
    const log: LogLine[] = [];
    const pauses: number[] = [];
    let due: (() => void) | null = null;
    let unknown = ["staff"];
    let asked = 0;
    const verifier = { unknown: () => unknown, ready: async () => ((asked += 1), unknown.length === 0) };
    const stop = watchIssuers({
      verifier: () => verifier,
      log: (line) => log.push(line),
      after: (ms, run) => (pauses.push(ms), (due = run), () => (due = null)),
    });
    const next = async (turn: number): Promise<void> => {
      await eventually(() => expect(pauses).toHaveLength(turn));
      due?.();
    };
    for (const turn of [1, 2, 3, 4]) await next(turn);
    await eventually(() => expect(pauses).toHaveLength(5));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(31_000);
    expect(asked).toBe(5);
    unknown = [];
    await next(5);
    await next(6);
    await eventually(() => expect(pauses).toHaveLength(7));
    expect(asked).toBe(5);
    expect(log.map(({ event }) => event)).toEqual(["issuer.unreachable", "issuer.reached"]);
    stop();
    expect(due).toBeNull();
  });
});
