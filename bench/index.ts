/**
 * `npm run bench`: what Countersign costs, as ratios within one run. It runs the real parts in this process: sign-in provider,
 * gateway with its durable ledger, tunnel, approvals feed, a real MCP server. Absolute figures depend on the machine; compare ratios only.
 */
import { openBench } from "./bench.ts";
import { measureCalls } from "./calls.ts";
import { measureHolds } from "./holds.ts";
import { table } from "./table.ts";

const bench = await openBench();
try {
  const calls = await measureCalls(bench);
  const holds = await measureHolds(bench, calls.direct);
  process.stdout.write(`${table("One 200-byte call at a time, median of interleaved rounds", calls.rows)}\n`);
  process.stdout.write(`${table("A held call, from request to released answer", holds)}\n`);
} finally {
  await bench.close();
}
