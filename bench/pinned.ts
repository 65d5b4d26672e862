import { spawnSync } from "node:child_process";

/** Whether this process was started again on one CPU by `pinned`. */
const mark = "COUNTERSIGN_BENCH_PINNED";

/** Whether this is the run that `pinned` started. */
export function isPinned(): boolean {
  return process.env[mark] !== undefined;
}

/**
 * Starts this program again, pinned to one CPU with all its children, where `taskset` (util-linux) exists, and ends with its status. Returns
 * whether this is the pinned run.
 */
export function pinned(): boolean {
  if (isPinned()) return process.env[mark] === "yes";
  const can = spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0;
  if (!can) return false;
  const args = ["-c", "0", process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync("taskset", args, { stdio: "inherit", env: { ...process.env, [mark]: "yes" } });
  return process.exit(status ?? 1);
}
