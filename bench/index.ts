/**
 * `npm run bench`: what Countersign costs, as ratios within one run. Target, bare proxy, client and gateway are processes of their own, pinned
 * to one CPU; everything is on: verification, rules, masking, durable ledger. Absolute figures depend on the machine; compare
 * ratios only. `-- --million` adds a ledger of a million entries to the sizes, `-- load`, `sizes`, `sinks`, `crowd`, `memory`, `peers` (the tunnel beside other bridges), `tunnel`, `console`, `revocations` run one part alone. The
 * console's frames are measured first and on all CPUs, as a browser has them. `-- ledger`, only when it is named, makes a ledger of a million entries (`--entries N`), and measures
 * appending, verifying, searching and a sink on it; `--keep DIR` keeps it there for the next time.
 */
import { parseArgs } from "node:util";
import { openBench } from "./bench.ts";
import { measureCalls } from "./calls.ts";
import { measureConsole } from "./console.ts";
import { measureCrowd } from "./crowd.ts";
import { openGround, type Ground } from "./ground.ts";
import { measureHolds } from "./holds.ts";
import { measureLedger } from "./ledger.ts";
import { compareLoads, compareSizes } from "./load.ts";
import { measureMemory } from "./memory.ts";
import { comparePeers } from "./peers.ts";
import { isPinned, pinned } from "./pinned.ts";
import { measureRevocations } from "./revocations.ts";
import { measureDeadSinks, measureReach } from "./sinks.ts";
import { table } from "./table.ts";

const { values, positionals } = parseArgs({
  options: {
    million: { type: "boolean" },
    entries: { type: "string", default: "1000000" },
    keep: { type: "string" },
  },
  allowPositionals: true,
});
const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

if (positionals.includes("ledger") && !isPinned()) await measureLedger(Number(values.entries), values.keep, print);
if (wanted("console") && !isPinned()) print(await measureConsole());
if (positionals.length > 0 && positionals.every((part) => part === "console" || part === "ledger")) process.exit();

print(pinned() ? "Pinned to one CPU.\n" : "Not pinned (no taskset): figures depend on where processes run.\n");
if (wanted("load")) await onGround(compareLoads);
const ledgers = [1e3, 1e4, 1e5, ...(values.million === true ? [1e6] : [])];
if (wanted("sizes")) await onGround((ground) => compareSizes(ground, ledgers));
if (wanted("sinks")) for (const measure of [measureReach, measureDeadSinks]) await onGround(measure);
if (wanted("crowd")) await onGround(measureCrowd);
if (wanted("memory")) print(await measureMemory());
if (wanted("peers")) print(await comparePeers());
if (wanted("revocations")) print(await measureRevocations());
if (wanted("tunnel")) await tunnelAndHolds();

async function onGround(measure: (ground: Ground) => Promise<string>): Promise<void> {
  const ground = await openGround();
  try {
    print(await measure(ground));
  } finally {
    await ground.close();
  }
}

async function tunnelAndHolds(): Promise<void> {
  const bench = await openBench();
  try {
    const calls = await measureCalls(bench);
    const holds = await measureHolds(bench, calls.direct);
    print(table("One 200-byte call at a time to a real server, all parts in one process", calls.rows));
    print(table("A held call, from request to released answer", holds));
  } finally {
    await bench.close();
  }
}
