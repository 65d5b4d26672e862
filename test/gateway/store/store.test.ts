import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import type { Writes } from "../../../src/gateway/store/store.ts";
import { verifyCheckpoint } from "../../../src/shared/note.ts";
import { approval, origin, scratch } from "./scratch.ts";

describe("store", () => {
  test("keeps approvals, devices and tools across a restart", async () => {
    const { open } = await scratch();
    const first = await open();
    const device = {
      id: "dev",
      key: { kty: "OKP" as const, crv: "Ed25519" as const, x: "x" },
      name: "laptop",
      principal: "demo:ada",
      person: "demo:ada",
      enrolledAtMs: 5,
    };
    const stored = await first.commit((writes) => {
      writes.devices.put(device);
      writes.tools.put("files", "write_file", "f1");
      writes.tools.put("files", "write_file", "f2");
      return writes.approvals.put(approval("a"));
    });
    await first.close();
    const second = await open();
    expect(second.approvals.get("a")).toEqual(stored);
    expect(second.devices.get("dev")).toEqual(device);
    expect(second.tools.fingerprint("files", "write_file")).toBe("f2");
    expect(second.tools.fingerprint("files", "read_file")).toBeUndefined();
  });

  test("gives every change of any approval the next revision, across restarts", async () => {
    const { open } = await scratch();
    const first = await open();
    await first.commit(({ approvals }) => {
      approvals.put(approval("a"));
      approvals.put(approval("b"));
      approvals.put(approval("a", { state: "denied" }));
    });
    await first.close();
    const second = await open();
    expect(second.approvals.lastRevision()).toBe(3);
    expect((await second.commit(({ approvals }) => approvals.put(approval("c")))).revision).toBe(4);
    expect(second.approvals.outlinesAfter(2, 10).map(({ id, revision }) => [id, revision])).toEqual([
      ["a", 3],
      ["c", 4],
    ]);
    expect(second.approvals.inState("pending").map(({ id }) => id)).toEqual(["b", "c"]);
  });

  test("has one live approval of a lookup: pending, or approved and not claimed", async () => {
    const { open } = await scratch();
    const store = await open();
    await store.commit(({ approvals }) => approvals.put(approval("a", { lookup: "same" })));
    expect(store.approvals.live("same")?.id).toBe("a");
    await expect(store.commit(({ approvals }) => approvals.put(approval("b", { lookup: "same" })))).rejects.toThrow(
      "UNIQUE constraint failed",
    );
    await store.commit(({ approvals }) => approvals.put(approval("a", { lookup: "same", state: "approved" })));
    expect(store.approvals.live("same")?.state).toBe("approved");
    await store.commit(({ approvals }) => {
      approvals.put(approval("a", { lookup: "same", state: "lapsed" }));
      approvals.put(approval("b", { lookup: "same" }));
    });
    expect(store.approvals.live("same")?.id).toBe("b");
  });

  test("a commit's reads see its own writes, the store's only what is durable", async () => {
    const { open } = await scratch();
    const store = await open();
    const done = store.commit((writes) => {
      writes.approvals.put(approval("a"));
      return writes.approvals.get("a")?.id;
    });
    expect(store.approvals.get("a")).toBeUndefined();
    expect(await done).toBe("a");
    expect(store.approvals.get("a")?.id).toBe("a");
  });

  test("works of one turn share a transaction, each undone alone when it throws", async () => {
    const { open, data, verifierKey } = await scratch();
    const store = await open();
    const settled = await Promise.allSettled([
      store.commit((writes) => writes.append("call.request", { n: 1 })),
      store.commit((writes) => {
        writes.append("call.request", { n: 2 });
        writes.approvals.put(approval("undone"));
        throw new RangeError("no");
      }),
      store.commit((writes) => {
        writes.append("call.request", { n: 3 });
        return writes.approvals.get("undone");
      }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(settled[1]).toMatchObject({ reason: { message: "no" } });
    expect(settled[2]).toMatchObject({ value: undefined });
    expect(store.approvals.lastRevision()).toBe(0);
    expect(await verifyCheckpoint(store.checkpoint(), verifierKey)).toMatchObject({ size: 2 });
    const report = await verifyLedger(await openSource(data), { verifierKey, seen: store.checkpoint() });
    expect(report).toMatchObject({ ok: true, entries: 2, checkpoint: store.checkpoint() });
  });

  test("refuses asynchronous work, and writes that outlive their work", async () => {
    const { open } = await scratch();
    const store = await open();
    // oxlint-disable-next-line typescript/require-await -- what a caller could get wrong
    const asynchronous = store.commit(async (writes) => writes.append("call.request", {}));
    await expect(asynchronous).rejects.toThrow("synchronous");
    let kept: Writes | undefined;
    await store.commit((writes) => {
      kept = writes;
    });
    expect(() => kept?.append("call.request", {})).toThrow("end with its work");
    expect(() => kept?.approvals.put(approval("late"))).toThrow("end with its work");
  });

  test("keeps the newest checkpoint and those of every 256 entries", async () => {
    const { open, data, verifierKey } = await scratch();
    const store = await open();
    for (const count of [1, 254, 3, 300, 2]) {
      await store.commit((writes) => {
        for (let n = 0; n < count; n += 1) writes.append("call.request", { n });
      });
    }
    const db = new DatabaseSync(join(data, "gateway.sqlite"), { readOnly: true });
    const sizes = db.prepare("SELECT size FROM ledger_checkpoints ORDER BY size").all();
    db.close();
    expect(sizes.map(({ size }) => size)).toEqual([0, 256, 512, 560]);
    expect(await verifyLedger(await openSource(data), { verifierKey })).toMatchObject({ ok: true, entries: 560 });
  });
});

describe("opening the store", () => {
  test("makes folder and files the gateway's own", async () => {
    const { open, data } = await scratch();
    mkdirSync(data, { mode: 0o755 });
    await open();
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(data))
      expect([file, statSync(join(data, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  test("refuses a second owner until the first has closed", async () => {
    const { open } = await scratch();
    const first = await open();
    await expect(open()).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("in use by another gateway"),
    });
    await first.close();
    await (await open()).close();
  });

  test("records the clean stop, and takes no commits afterwards", async () => {
    const { open, data } = await scratch();
    const store = await open();
    const last = store.commit((writes) => writes.append("gateway.started", {}));
    await store.close();
    await last;
    await expect(store.commit(() => 1)).rejects.toMatchObject({ code: "store_failed" });
    expect(await kindsIn(data)).toEqual(["gateway.started", "gateway.stopped"]);
  });

  test("refuses a newer format, and a database that is no store", async () => {
    const { open, data } = await scratch();
    await (await open()).close();
    edit(data, "PRAGMA user_version = 2");
    await expect(open()).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("has format 2"),
    });
    edit(data, "PRAGMA user_version = 0");
    await expect(open()).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("not a gateway's store"),
    });
  });

  test("refuses keys inside the data folder", async () => {
    const { data } = await scratch();
    const keys = await loadKeys(join(data, "keys"));
    const opening = openStore({ folder: data, keys, origin, now: Date.now });
    await expect(opening).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("inside the data folder"),
    });
  });

  test("never signs on top of a ledger that isn't its own or isn't whole", async () => {
    const { open, data, keys } = await scratch();
    const store = await open();
    await store.commit((writes) => writes.append("call.request", {}));
    await store.close();
    const renamed = openStore({ folder: data, keys, origin: "other.example", now: Date.now });
    await expect(renamed).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("publicUrl"),
    });
    const strangers = openStore({ folder: data, keys: (await scratch()).keys, origin, now: Date.now });
    await expect(strangers).rejects.toMatchObject({
      code: "store_failed",
      message: expect.stringContaining("isn't signed by"),
    });
    edit(data, "UPDATE ledger_checkpoints SET frontier = zeroblob(length(frontier)) WHERE size = 2");
    await expect(open()).rejects.toMatchObject({ code: "store_failed", message: expect.stringContaining("frontier") });
    edit(data, "DELETE FROM ledger_entries WHERE seq = 1");
    await expect(open()).rejects.toMatchObject({
      code: "store_failed",
      message: expect.stringContaining("covers 2 entries and 1"),
    });
  });
});

function edit(data: string, sql: string): void {
  const db = new DatabaseSync(join(data, "gateway.sqlite"));
  db.exec(sql);
  db.close();
}

async function kindsIn(data: string): Promise<unknown[]> {
  const source = await openSource(data);
  const kinds = [];
  for await (const entry of source.entries()) {
    if (entry.readable) kinds.push((JSON.parse(entry.leaf) as { kind: unknown }).kind);
  }
  source.close();
  return kinds;
}
