import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { LedgerTables, readHead } from "../../../src/gateway/audit/ledger.ts";
import { openDatabase } from "../../../src/gateway/store/database.ts";
import { GroupCommit } from "../../../src/gateway/store/group-commit.ts";
import { stateTables } from "../../../src/gateway/store/tables.ts";
import { origin, scratch } from "./scratch.ts";

it("is one file as long as the store is open, however often its content was moved to the database", async () => {
  const { open, data } = await scratch();
  const store = await open();
  const file = (name: string) => statSync(join(data, name));
  const log = file("gateway.sqlite-wal");
  const before = file("gateway.sqlite").size;
  const filler = "x".repeat(100_000);
  for (let n = 0; n < 100; n += 1) await store.commit((writes) => writes.append("call.request", { n, filler }));
  expect(file("gateway.sqlite").size).toBeGreaterThan(before + 1_000_000);
  expect(file("gateway.sqlite-wal").ino).toBe(log.ino);
});

it("that can't be synced ends all writing: what may be lost is built upon by nothing", async () => {
  const { open, data, keys } = await scratch();
  await (await open()).close();
  const db = openDatabase(data);
  onTestFinished(() => db.close());
  const log = { origin, keys };
  // The failing disk: a real one can't be had in a test.
  let failing = false;
  const sync = (): void => {
    if (failing) throw new Error("EIO");
  };
  const group = new GroupCommit({
    folder: "/nowhere",
    db,
    wal: { sync, close: () => undefined },
    state: stateTables(db).writes,
    ledger: new LedgerTables(db, log),
    longBodies: new WeakMap(),
    erase: () => ({ entries: [], files: [] }),
    head: await readHead(db, log),
    now: Date.now,
  });
  await group.commit((writes) => writes.append("call.request", { n: 1 }));
  const { note } = group.head;
  failing = true;
  const lost = group.commit((writes) => writes.append("call.request", { n: 2 }));
  await expect(lost).rejects.toMatchObject({ code: "store_failed" });
  failing = false;
  const after = group.commit((writes) => writes.append("call.request", { n: 3 }));
  await expect(after).rejects.toMatchObject({ code: "store_failed" });
  expect(group.head.note).toBe(note);
});
