/** A light client of a stdio bridge, as a process of its own: `fork(…, [PROGRAM, …ARGUMENTS])` starts the bridge and opens a session. */
import { spawn } from "node:child_process";
import type { JobResult } from "./load-client.ts";

/** So many equal calls, so many at a time. */
export interface LineJob {
  readonly params: object;
  readonly width: number;
  readonly calls: number;
}

const [, , ...args] = process.argv;
const bridge = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
const waiting = new Map<number, () => void>();
let lastId = 0;
let pieces: Buffer[] = [];

bridge.stdout.on("data", (chunk: Buffer) => {
  let from = 0;
  for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
    heard(Buffer.concat([...pieces, chunk.subarray(from, end)]));
    pieces = [];
    from = end + 1;
  }
  if (from < chunk.length) pieces.push(chunk.subarray(from));
});

/** Bridges write the id first or last. */
function heard(line: Buffer): void {
  const ends = `${line.toString("latin1", 0, 60)} ${line.toString("latin1", Math.max(0, line.length - 60))}`;
  const id = Number(/"id":(\d+)/.exec(ends)?.[1]);
  waiting.get(id)?.();
  waiting.delete(id);
}

function ask(method: string, params: object): Promise<void> {
  const id = (lastId += 1);
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    bridge.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  });
}

async function run({ params, width, calls }: LineJob): Promise<JobResult> {
  const times: number[] = [];
  let sent = 0;
  const one = async (): Promise<void> => {
    while (sent < calls) {
      sent += 1;
      const beganMs = performance.now();
      await ask("tools/call", params);
      times.push(performance.now() - beganMs);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: width }, one));
  return { times, elapsedMs: performance.now() - beganMs };
}

await ask("initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "bench", version: "1" },
});
bridge.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
process.send?.("ready");
process.on("message", (job: LineJob) => void run(job).then((result) => process.send?.({ result })));
process.once("disconnect", () => {
  bridge.once("exit", () => process.exit(0));
  bridge.kill("SIGKILL");
});
