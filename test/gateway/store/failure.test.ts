import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { approval, type Scratch, scratch } from "./scratch.ts";

const childScript = fileURLToPath(new URL("./committing-child.ts", import.meta.url));

test.each([1, 2, 3])(
  "after kill -9 every acknowledged commit is there and the ledger verifies (round %i)",
  async (round) => {
    const place = await scratch();
    const { child, lines } = startChild(place);
    await lines.until((line) => line === String(round * 150));
    child.kill("SIGKILL");
    await lines.end();
    const acknowledged = lines.numbers();
    expect(acknowledged.length).toBeGreaterThan(round * 150);
    const store = await place.open();
    const bodies = await bodiesIn(place.data);
    expect(bodies.slice(0, acknowledged.length).map(({ n }) => n)).toEqual(acknowledged);
    for (const n of acknowledged) expect(store.tools.fingerprint("files", `tool ${n}`)).toBe(String(n));
    expect(bodies.at(-1)).toEqual({ kind: "gateway.unclean_stop", entries: bodies.length - 1 });
    const report = await verifyLedger(await openSource(place.data), { verifierKey: place.verifierKey });
    expect(report).toMatchObject({ ok: true, entries: bodies.length });
  },
);

test("a running owner in another process is refused as owner, but its ledger can be verified", async () => {
  const place = await scratch();
  const { child, lines } = startChild(place);
  await lines.until((line) => line === "50");
  await expect(place.open()).rejects.toMatchObject({ code: "configuration" });
  const report = await verifyLedger(await openSource(place.data), { verifierKey: place.verifierKey });
  expect(report).toMatchObject({ ok: true });
  child.kill("SIGKILL");
  await lines.end();
});

test.skipIf(process.platform !== "linux")(
  "a full disk refuses the group with store_failed, and commits go on when there is room",
  async () => {
    const place = await scratch();
    const { child, lines } = startChild(place);
    await lines.until((line) => line === "20");
    limitFiles(child, "300000:");
    await lines.until((line) => line === "failed store_failed");
    limitFiles(child, "unlimited:");
    const before = lines.numbers().length;
    await lines.until(() => lines.numbers().length > before + 20);
    child.kill("SIGKILL");
    await lines.end();
    await (await place.open()).close();
    const written = (await bodiesIn(place.data)).flatMap(({ n }) => (n === undefined ? [] : [n]));
    expect(written.slice(0, lines.numbers().length)).toEqual(lines.numbers());
    const report = await verifyLedger(await openSource(place.data), { verifierKey: place.verifierKey });
    expect(report).toMatchObject({ ok: true });
  },
);

test("a database that can't be written rejects the whole group, and the next group has the right place", async () => {
  const { open, data, verifierKey } = await scratch();
  const store = await open();
  await store.commit((writes) => writes.append("call.request", { n: 0 }));
  const before = store.checkpoint();
  const other = new DatabaseSync(join(data, "gateway.sqlite"));
  other.exec("BEGIN IMMEDIATE");
  const refused = await Promise.allSettled([
    store.commit((writes) => writes.append("call.request", { n: 1 })),
    store.commit((writes) => writes.approvals.put(approval("a"))),
  ]);
  other.exec("ROLLBACK");
  other.close();
  for (const result of refused) expect(result).toMatchObject({ status: "rejected", reason: { code: "store_failed" } });
  expect(store.checkpoint()).toBe(before);
  expect(store.approvals.get("a")).toBeUndefined();
  await store.commit((writes) => writes.append("call.request", { n: 2 }));
  expect((await bodiesIn(data)).map(({ n }) => n)).toEqual([0, 2]);
  expect(await verifyLedger(await openSource(data), { verifierKey })).toMatchObject({ ok: true, entries: 2 });
});

function startChild(place: Scratch): { readonly child: ChildProcess; readonly lines: Lines } {
  const child = spawn(process.execPath, [childScript, place.data, place.keys.folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, lines: new Lines(child) };
}

function limitFiles(child: ChildProcess, bytes: string): void {
  execFileSync("/usr/bin/prlimit", [`--pid=${child.pid}`, `--fsize=${bytes}`]);
}

/** What the child has said so far. */
class Lines {
  readonly #said: string[] = [];
  readonly #ended: Promise<void>;
  #waiting: (() => void) | null = null;

  constructor(child: ChildProcess) {
    if (child.stdout === null) throw new TypeError("The child has no output.");
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      this.#said.push(line);
      this.#waiting?.();
    });
    this.#ended = new Promise((resolve) => {
      lines.on("close", resolve);
    });
  }

  numbers(): number[] {
    return this.#said.filter((line) => /^\d+$/.test(line)).map(Number);
  }

  end(): Promise<void> {
    return this.#ended;
  }

  async until(found: (line: string) => boolean): Promise<void> {
    for (let at = 0; ; at += 1) {
      while (at >= this.#said.length) {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
      if (found(this.#said[at] ?? "")) return;
    }
  }
}

async function bodiesIn(data: string): Promise<{ kind?: string; n?: number; entries?: number }[]> {
  const source = await openSource(data);
  const bodies = [];
  for await (const entry of source.entries()) {
    if (!entry.readable) continue;
    const { kind } = JSON.parse(entry.leaf) as { kind: string };
    const { n, entries } = JSON.parse(entry.body ?? "{}") as { n?: number; entries?: number };
    bodies.push(n === undefined ? { kind, entries: entries ?? -1 } : { n });
  }
  source.close();
  return bodies;
}
