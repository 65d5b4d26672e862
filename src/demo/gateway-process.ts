import type { ChildProcess } from "node:child_process";
import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { startChild } from "./child.ts";
import type { DemoFolder } from "./folder.ts";
import type { Lifetime } from "./lifetime.ts";

const shell = fileURLToPath(new URL("../cli/index.ts", import.meta.url));
const firstWaitMs = 200;
const longestWaitMs = 5000;
/** A gateway that has run this long had no trouble starting. */
const settledMs = 30_000;
const mostFailures = 8;

/** Runs the gateway as a process of its own, and starts it again on the same port when it dies unexpectedly. */
export async function startGateway(folder: DemoFolder, lifetime: Lifetime): Promise<void> {
  const log = await open(folder.gatewayLog, "a", 0o600);
  const start = async (): Promise<ChildProcess> => {
    const args = [shell, "gateway", "--config", folder.config, "--json"];
    const { child } = await startChild(lifetime, args, { first: z.object({ url: z.url() }), stderr: log.fd });
    return child;
  };
  keepAlive(await start(), start, lifetime);
}

function keepAlive(child: ChildProcess, start: () => Promise<ChildProcess>, lifetime: Lifetime): void {
  let current = child;
  let failures = 0;
  const run = async (): Promise<void> => {
    while (!lifetime.ending) {
      const startedAtMs = performance.now();
      const how = await ended(current);
      if (lifetime.ending) return;
      failures = performance.now() - startedAtMs > settledMs ? 1 : failures + 1;
      process.stderr.write(`demo: the gateway ended (${how}); it is started again.\n`);
      current = await restart(start, failures, lifetime);
    }
  };
  run().catch((error: unknown) => {
    if (lifetime.ending) return;
    process.stderr.write(`demo: the gateway can't be started: ${String(error)}\n`);
    void lifetime.end(1);
  });
}

async function restart(
  start: () => Promise<ChildProcess>,
  failures: number,
  lifetime: Lifetime,
): Promise<ChildProcess> {
  for (let attempt = failures; ; attempt += 1) {
    const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
    await wait(longest * (0.5 + Math.random() / 2));
    try {
      return await start();
    } catch (error) {
      if (attempt >= mostFailures || lifetime.ending) throw error;
    }
  }
}

async function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
    });
  }
  return child.signalCode ?? `status ${child.exitCode}`;
}
