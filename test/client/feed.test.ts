import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bearing } from "../../src/client/pass.ts";
import { createFeed, type Feed, type FeedOptions } from "../../src/client/feed.ts";
import type { FeedLink } from "../../src/client/feed-frames.ts";
import { createHeldApprovals, type HeldApprovals } from "../../src/client/held-approvals.ts";
import { createLooks } from "../../src/client/looks.ts";
import { CountersignError } from "../../src/shared/errors.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";

let gateway: GatewayStandIn;
let feed: Feed;
let held: HeldApprovals;
let links: FeedLink[];
let waits: number[];
let offset: number;
let forced: boolean[];

beforeEach(async () => {
  gateway = await startGateway();
  held = createHeldApprovals();
  [links, waits, forced, offset] = [[], [], [], 0];
});
afterEach(async () => {
  feed.stop();
  await gateway.close();
});

function open(changed: Partial<FeedOptions> = {}): void {
  feed = createFeed({
    origin: gateway.origin,
    held,
    looks: createLooks(),
    ca: undefined,
    now: Date.now,
    pass: bearing(async ({ force = false } = {}) => {
      forced.push(force);
      return { accessToken: force ? "token-2" : "token-1", expiresAtMs: 0, account: { subject: "", name: "" } };
    }),
    onLink: (link) => links.push(link),
    onApprovals: () => undefined,
    onClock: (offsetMs) => (offset = offsetMs),
    onGrants: () => undefined,
    onDevices: () => undefined,
    onLooking: () => undefined,
    onCheckpoint: () => undefined,
    waitMs: (attempt) => {
      waits.push(attempt);
      return 1;
    },
    ...changed,
  });
  feed.start();
}

const ids = () =>
  held
    .list()
    .map(({ id }) => id)
    .sort();
const isOnline = () => links.at(-1)?.link === "online";

describe("approvals feed", () => {
  it("takes every pending approval and the gateway's clock", async () => {
    gateway.clockAheadMs = 60_000;
    await gateway.put({ id: "a1" });
    await gateway.put({ id: "a2", state: "denied" });
    open();
    await expect.poll(ids).toEqual(["a1"]);
    expect(Math.abs(offset - 60_000)).toBeLessThan(30_000);
  });

  it("resumes after the last revision and loses nothing that changed meanwhile", async () => {
    await gateway.put({ id: "a1" });
    open();
    await expect.poll(isOnline).toBe(true);
    gateway.dropStreams();
    await gateway.put({ id: "a2" });
    await gateway.put({ id: "a1", state: "denied" });
    await expect.poll(ids).toEqual(["a1", "a2"]);
    await expect.poll(() => held.get("a1")?.state).toBe("denied");
    expect(gateway.streams).toEqual([null, "1"]);
  });

  it("takes a snapshot anew that broke off before it was whole", async () => {
    for (const id of ["a1", "a2", "a3"]) await gateway.put({ id });
    gateway.dropAfterApprovals = 1;
    open();
    await expect.poll(ids).toEqual(["a1", "a2", "a3"]);
    expect(gateway.streams).toEqual([null, null]);
  });

  it("resumes from the same place when a resumed stream broke off", async () => {
    await gateway.put({ id: "a1" });
    open();
    await expect.poll(isOnline).toBe(true);
    gateway.dropAfterApprovals = 1;
    gateway.dropStreams();
    await gateway.put({ id: "a2" });
    await gateway.put({ id: "a3" });
    await expect.poll(ids).toEqual(["a1", "a2", "a3"]);
    expect(gateway.streams).toEqual([null, "1", "1"]);
  });

  it("takes a whole snapshot from a gateway that counts lower than it did", async () => {
    await gateway.put({ id: "a1" });
    await gateway.put({ id: "a2" });
    open();
    await expect.poll(isOnline).toBe(true);
    gateway.reset();
    await gateway.put({ id: "b1" });
    gateway.dropStreams();
    await expect.poll(ids).toEqual(["b1"]);
  });

  it("takes the whole state where too much has changed since: what waited and isn't in it waits no more", async () => {
    for (const id of ["a1", "a2"]) await gateway.put({ id });
    open();
    await expect.poll(ids).toEqual(["a1", "a2"]);
    gateway.whole = true;
    gateway.dropStreams();
    await gateway.put({ id: "a1", state: "withdrawn" });
    await gateway.put({ id: "a3" });
    await expect.poll(ids).toEqual(["a2", "a3"]);
    expect(gateway.streams).toEqual([null, "2"]);
  });

  it("keeps pending approvals in view while the link is down", async () => {
    await gateway.put({ id: "a1" });
    open({ waitMs: () => 60_000 });
    await expect.poll(ids).toEqual(["a1"]);
    gateway.dropStreams();
    await expect.poll(() => links.at(-1)?.link).toBe("offline");
    expect(ids()).toEqual(["a1"]);
    expect(links.at(-1)?.nextTryAtMs).toBeGreaterThan(Date.now());
    feed.retry();
    await expect.poll(isOnline).toBe(true);
  });

  it("comes back at once with a fresh token when the old one ended", async () => {
    open();
    await expect.poll(isOnline).toBe(true);
    gateway.tokens.add("token-2");
    gateway.dropStreams(4401);
    await expect.poll(() => gateway.streams.length).toBe(2);
    expect(forced).toEqual([false, true]);
    expect(waits).toEqual([]);
  });

  it("renews a token that the upgrade refuses, and backs off when the fresh one is refused too", async () => {
    gateway.tokens.clear();
    open();
    await expect.poll(() => waits.length).toBeGreaterThan(1);
    expect(forced.slice(0, 3)).toEqual([false, true, true]);
    expect(waits.slice(0, 2)).toEqual([0, 1]);
  });

  it("takes a silent stream for a dead one", async () => {
    gateway.silent = true;
    open({ silenceMs: 50 });
    await expect.poll(() => gateway.streams.length).toBeGreaterThan(1);
  });

  it("starts again after a frame that is not of this protocol", async () => {
    open();
    await expect.poll(isOnline).toBe(true);
    gateway.push({ type: "approval", approval: { id: "broken" } });
    await expect.poll(() => gateway.streams.length).toBe(2);
  });

  it("says why it is down until it is up again", async () => {
    const { origin } = gateway;
    const troubles = () => links.map(({ link, trouble }) => `${link} ${trouble?.kind ?? "-"} ${trouble?.detail ?? ""}`);
    await gateway.close();
    open();
    await expect.poll(troubles).toContain("offline closed ECONNREFUSED");
    // While the next try runs, what the last one met still stands.
    await expect.poll(troubles).toContain("connecting closed ECONNREFUSED");
    expect(troubles()[0]).toBe("connecting - ");
    feed.stop();
    gateway = await startGateway();
    links.length = 0;
    open({ origin: gateway.origin, waitMs: () => 60_000 });
    await expect.poll(isOnline).toBe(true);
    expect(links.at(-1)?.trouble).toBeNull();
    expect(origin).not.toBe(gateway.origin);
    gateway.dropStreams();
    await expect.poll(troubles).toContain("offline broken-off close 1006");
  });

  it("says that the gateway turned the person away, and that it does not answer", async () => {
    gateway.tokens.clear();
    open({ waitMs: () => 60_000 });
    await expect.poll(() => links.at(-1)?.trouble).toEqual({ kind: "turned-away", detail: "HTTP 401" });
    feed.stop();
    gateway.tokens.add("token-1");
    gateway.silent = true;
    open({ silenceMs: 50, waitMs: () => 60_000 });
    await expect.poll(() => links.at(-1)?.trouble).toEqual({ kind: "silent", detail: "ETIMEDOUT" });
  });

  it("waits when there is no token and comes back when there is one", async () => {
    let signedIn = false;
    open({
      pass: bearing(async () => {
        if (!signedIn) throw new CountersignError("transient", "The provider does not answer.");
        return { accessToken: "token-1", expiresAtMs: 0, account: { subject: "", name: "" } };
      }),
    });
    await expect.poll(() => waits.length).toBeGreaterThan(0);
    signedIn = true;
    await expect.poll(isOnline).toBe(true);
  });

  it("is quiet once it is stopped", async () => {
    open();
    await expect.poll(isOnline).toBe(true);
    feed.stop();
    await gateway.put({ id: "late" });
    gateway.dropStreams();
    expect(links.at(-1)).toEqual({ link: "offline", nextTryAtMs: null, trouble: null });
    expect(ids()).toEqual([]);
  });
});
