import { mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it } from "vitest";
import { LedgerSearch } from "../../../src/gateway/search/search.ts";
import { indexFile } from "../../../src/gateway/search/index-file.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import { scratch } from "../store/scratch.ts";

const searches: LedgerSearch[] = [];
afterEach(async () => {
  await Promise.all(searches.splice(0).map((search) => search.close()));
});

function searchIn(data: string): LedgerSearch {
  const search = new LedgerSearch(data);
  searches.push(search);
  return search;
}

async function append(store: Store, ...words: readonly string[]): Promise<void> {
  await store.commit((writes) => words.forEach((word) => writes.append("config.rejected", { why: word })));
}

async function found(search: LedgerSearch, text: string): Promise<readonly number[]> {
  return (await search.find({ text }, Number.MAX_SAFE_INTEGER, 10)).lines.map(({ entry }) => entry);
}

it("takes in what was written since, and keeps its index for the next start", async () => {
  const { data, open } = await scratch();
  const store = await open();
  await append(store, "one", "two");
  const search = searchIn(data);
  expect(await found(search, "two")).toEqual([1]);
  await append(store, "three");
  expect(await found(search, "three")).toEqual([2]);
  await search.close();
  await append(store, "four");
  expect(await searchIn(data).find({}, Number.MAX_SAFE_INTEGER, 10)).toMatchObject({ indexed: 4, entries: 4 });
});

it("makes its index anew where the file is no database, was made by another version or from another ledger", async () => {
  const { data, open } = await scratch();
  const store = await open();
  await append(store, "one", "two");
  const path = join(data, indexFile);
  const spoil: (() => unknown)[] = [
    () => writeFile(path, "no database at all, but longer than the header of one would be".repeat(40)),
    () => changed(path, "PRAGMA user_version = 99"),
    () => changed(path, "UPDATE taken SET leaf = 'of another ledger'"),
    () => changed(path, "UPDATE taken SET size = 900"),
    () => changed(path, "DROP TABLE entries"),
  ];
  for (const how of spoil) {
    const before = searchIn(data);
    expect(await found(before, "two")).toEqual([1]);
    await before.close();
    await how();
    expect(await found(searchIn(data), "one"), how.toString()).toEqual([0]);
    await Promise.all(searches.splice(0).map((search) => search.close()));
  }
});

function changed(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

it("writes nothing and starts no thread before the first search", async () => {
  const { data, open } = await scratch();
  await open();
  searchIn(data).follow();
  expect(await readdir(data)).not.toContain(indexFile);
});

it("fails clearly where the ledger can't be read, and works again afterwards", async () => {
  const { data, open } = await scratch();
  const search = searchIn(data);
  await expect(search.find({}, 10, 10)).rejects.toMatchObject({ code: "store_failed" });
  await append(await open(), "one");
  expect(await found(search, "one")).toEqual([0]);
});

it("is made anew once it can be, where the first try to drop what was erased came to nothing", async () => {
  const { data, open } = await scratch();
  await append(await open(), "one");
  const search = searchIn(data);
  expect(await found(search, "one")).toEqual([0]);
  // What no file can be made of, as on a full disk.
  await rm(join(data, indexFile));
  await mkdir(join(data, indexFile));
  await expect(search.forget()).rejects.toMatchObject({ code: "store_failed" });
  await expect(search.forget()).rejects.toMatchObject({ code: "store_failed" });
  await rmdir(join(data, indexFile));
  await search.forget();
  expect(await found(search, "one")).toEqual([0]);
});

it("looks for a text with any character in it, and an end of a string is none", async () => {
  const { data, open } = await scratch();
  await append(await open(), "one two", "three", "four\0five");
  const search = searchIn(data);
  expect(await found(search, "one\0two")).toEqual([0]);
  expect(await found(search, '"one\0two"')).toEqual([0]);
  expect(await found(search, "three\0")).toEqual([1]);
  expect(await found(search, "five")).toEqual([2]);
  expect(await found(search, `${"one ".repeat(249)}two`)).toEqual([0]);
});

it("takes in all others where a body in the ledger was made unreadable, and shows that one as the text that it is", async () => {
  const { data, open } = await scratch();
  await append(await open(), "one", "two", "three");
  const db = new DatabaseSync(join(data, "gateway.sqlite"));
  db.exec(`UPDATE ledger_entries SET body = '{"why":"tw' WHERE seq = 1`);
  db.close();
  const search = searchIn(data);
  expect(await found(search, "three")).toEqual([2]);
  expect((await search.one(1))?.body).toEqual({ state: "part", text: '{"why":"tw', length: 10 });
});
