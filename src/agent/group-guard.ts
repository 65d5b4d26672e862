import { spawn } from "node:child_process";

/** Ends process groups that their owner could not end itself. */
export interface GroupGuard {
  add(leader: number): void;
  delete(leader: number): void;
}

/** Reads `+GROUP` and `-GROUP`, a line each; when the owner's end of the pipe closes, kills what is left. */
const script = `
const groups = new Set();
let rest = "";
process.on("SIGINT", () => {}).on("SIGTERM", () => {}).on("SIGHUP", () => {});
process.stdin.setEncoding("utf8").on("data", (text) => {
  const lines = (rest + text).split("\\n");
  rest = lines.pop();
  for (const line of lines) groups[line[0] === "+" ? "add" : "delete"](Number(line.slice(1)));
});
process.stdin.on("close", () => {
  for (const group of groups) {
    try { process.kill(-group, "SIGKILL"); } catch {}
  }
  process.exit(0);
});`;

/**
 * A process beside this one that outlives it for a moment: even after a kill -9, of which nothing in this process hears, no child is left behind. Not
 * on Windows, which has no process groups.
 */
export function startGroupGuard(): GroupGuard | undefined {
  if (process.platform === "win32") return undefined;
  const guard = spawn(process.execPath, ["-e", script], {
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
    detached: true, // the terminal's Ctrl-C is not for it
  });
  guard.on("error", () => undefined); // without it children end as they do elsewhere: by their closed input
  guard.stdin.on("error", () => undefined);
  guard.unref();
  // A pipe to a child is a socket, though its type doesn't say so.
  if ("unref" in guard.stdin && typeof guard.stdin.unref === "function") guard.stdin.unref();
  const tell = (line: string): void => void guard.stdin.write(`${line}\n`);
  return { add: (leader) => tell(`+${leader}`), delete: (leader) => tell(`-${leader}`) };
}
