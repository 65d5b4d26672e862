import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureAppends } from "./ledger-append.ts";
import { openLedger, type OpenLedger } from "./ledger-folder.ts";
import { measureSearch } from "./ledger-search.ts";
import { measureSink } from "./ledger-sink.ts";
import { measureVerify, writeExport } from "./ledger-verify.ts";

/** A ledger of so many entries: made, appended to, verified in both forms, searched, followed by a sink. */
export async function measureLedger(
  entries: number,
  keep: string | undefined,
  print: (text: string) => void,
): Promise<void> {
  const folder = keep ?? (await mkdtemp(join(tmpdir(), "countersign-ledger-")));
  await mkdir(folder, { recursive: true });
  const exported = join(folder, "ledger.jsonl");
  let ledger: OpenLedger | undefined;
  try {
    ledger = await openLedger(join(folder, "longest"));
    print(await fill(ledger, entries));
    const shorter = [1000, 100_000].filter((length) => length < entries);
    print(await measureAppends(folder, ledger, shorter));
    print(await measureSink(folder, ledger));
    await ledger.store.close();
    print(await measureVerify("Data folder:", ledger.folder, ledger.verifierKey));
    print(await writeExport(ledger.folder, exported));
    print(await measureVerify("Export:", exported, ledger.verifierKey));
    print(measureSearch(ledger.folder));
  } finally {
    await ledger?.store.close();
    await rm(exported, { force: true });
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function fill(ledger: OpenLedger, entries: number): Promise<string> {
  const missing = entries - ledger.length();
  if (missing <= 0) return `A ledger of ${ledger.length().toLocaleString("en")} entries was there.\n`;
  const before = process.cpuUsage();
  const beganMs = performance.now();
  await ledger.fillTo(entries);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - beganMs) / 1000;
  const { size } = await stat(join(ledger.folder, "gateway.sqlite"));
  return `${missing.toLocaleString("en")} entries made in ${seconds.toFixed(0)} s, ${((user + system) / missing).toFixed(0)} µs of processor time each, ${(size / 1024 / 1024).toFixed(0)} MiB in all\n`;
}
