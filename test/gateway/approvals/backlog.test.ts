import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { changesSince, mostEnded, mostEndedBytes, readEach, standing } from "../../../src/gateway/approvals/backlog.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { approval, scratch } from "../store/scratch.ts";

type State = Parameters<typeof standing>[1] & string;

async function put(store: Store, id: string, state: State, payloadBytes = 10): Promise<void> {
  const payload = { arguments: { text: "x".repeat(payloadBytes) }, hidden: [] };
  await store.commit((writes) => writes.approvals.put(approval(id, { state, payload })));
}

async function open(): Promise<Store> {
  return (await scratch()).open();
}

describe("what a reader is told first", () => {
  it("has all that waits or runs and the newest that have ended, in the order of their last change", async () => {
    const store = await open();
    await store.commit((writes) => {
      for (let at = 0; at < mostEnded + 50; at += 1) writes.approvals.put(approval(`over-${at}`, { state: "denied" }));
    });
    await put(store, "later", "withdrawn");
    for (const state of ["pending", "approved", "claimed"] as const) await put(store, state, state);
    const { ids } = standing(store.approvals, null);
    expect(ids).toHaveLength(mostEnded + 3);
    expect(ids.slice(-4)).toEqual(["later", "pending", "approved", "claimed"]);
    expect(ids[0]).toBe("over-51");
    expect(standing(store.approvals, "denied").ids.at(-1)).toBe(`over-${mostEnded + 49}`);
    expect(standing(store.approvals, "approved").ids).toEqual(["approved"]);
  });

  it("has no more bytes of what has ended than its bound, and large ones don't hide the small", async () => {
    const store = await open();
    await put(store, "small", "denied");
    for (let at = 0; at < 4; at += 1) await put(store, `large-${at}`, "withdrawn", mostEndedBytes / 3);
    await put(store, "waits", "pending", mostEndedBytes);
    expect(standing(store.approvals, null).ids).toEqual(["small", "large-2", "large-3", "waits"]);
  });

  it("is what changed since, as long as that fits, and the state as it is where it doesn't", async () => {
    const store = await open();
    await put(store, "seen", "pending");
    await put(store, "large", "withdrawn", mostEndedBytes + 1);
    await put(store, "new", "denied");
    expect(changesSince(store.approvals, 2)).toEqual({ whole: false, ids: ["new"] });
    expect(changesSince(store.approvals, 1)).toEqual({ whole: true, ids: ["seen", "new"] });
    expect(changesSince(store.approvals, 3)).toEqual({ whole: false, ids: [] });
  });

  it("is read so that others have their turn, however many read it", async () => {
    const store = await open();
    const ids = Array.from({ length: 12 }, (_, at) => `waits-${at}`);
    for (const id of ids) await put(store, id, "pending", 200_000);
    const all = { read: false };
    const readers = Array.from({ length: 8 }, async () => {
      const found: string[] = [];
      for await (const { id } of readEach(store.approvals, ids)) found.push(id);
      return found;
    });
    const read = Promise.all(readers).finally(() => (all.read = true));
    let turns = 0;
    while (!all.read) {
      await turnOfTheLoop();
      turns += 1;
    }
    expect(await read).toEqual(readers.map(() => ids));
    // Each reader has a turn of its own.
    expect(turns).toBeGreaterThanOrEqual(readers.length);
  });
});
