import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as passed } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { exportLedger } from "../src/gateway/audit/export.ts";
import { openSource } from "../src/gateway/audit/source.ts";

const program = fileURLToPath(new URL("../src/cli/index.ts", import.meta.url));

/** `countersign audit verify` of this ledger in a process of its own: entries a second, by the clock and by the processor, and its memory at most. */
export async function measureVerify(name: string, path: string, verifierKey: string): Promise<string> {
  const beganMs = performance.now();
  const before = childrenSeconds(await spentByChildren());
  const child = spawn(process.execPath, [program, "audit", "verify", "--data", path, "--key", verifierKey, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  const ended = once(child, "close");
  let peakMiB = 0;
  const watching = new AbortController();
  const watch = (async () => {
    while (!watching.signal.aborted) {
      peakMiB = (await peakOf(child.pid)) ?? peakMiB;
      await passed(20);
    }
  })();
  await ended;
  const seconds = (performance.now() - beganMs) / 1000;
  watching.abort();
  await watch;
  const spent = childrenSeconds(await spentByChildren()) - before;
  const { entries } = report.parse(JSON.parse(said));
  const rates = `${perSecond(entries, seconds)} entries a second (${seconds.toFixed(1)} s), ${perSecond(entries, spent)} a second of processor time`;
  return `${name.padEnd(16)} ${rates}, ${peakMiB.toFixed(0)} MiB at most\n`;
}

/** Writes the ledger of this data folder as an export, and answers what an entry took of the processor. */
export async function writeExport(data: string, path: string): Promise<string> {
  const before = process.cpuUsage();
  const source = await openSource(data);
  const header = await source.header();
  await pipeline(Readable.from(exportLedger(source)), createWriteStream(path));
  const { user, system } = process.cpuUsage(before);
  const entries = header.readable ? header.entries : 0;
  return `Exported: ${((user + system) / entries).toFixed(1)} µs of processor time an entry\n`;
}

const report = z.object({ ok: z.literal(true), entries: z.number() });

function perSecond(entries: number, seconds: number): string {
  return Math.round(entries / seconds).toLocaleString("en");
}

/** Linux alone tells it; elsewhere it reads 0. */
async function peakOf(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kB = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return kB === undefined ? null : Number(kB) / 1024;
}

/** What ended children took, in hundredths of a second: fields 16 and 17 of proc_pid_stat(5). */
async function spentByChildren(): Promise<string> {
  return await readFile("/proc/self/stat", "utf8").catch(() => "");
}

function childrenSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
