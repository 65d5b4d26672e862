import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../src/cli/index.ts", import.meta.url));

/** What one run of `countersign` left. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `countersign`, with what it has printed so far. */
export interface Running {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in what it prints on either stream; rejects where it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  ended(): Promise<Ran>;
}

/** Runs the terminal shell as a process, with nothing on its standard input. */
export async function shell(...args: readonly string[]): Promise<Ran> {
  return await startShell(...args).ended();
}

/** Starts the terminal shell as a process that stays; the test ends it. */
export function startShell(...args: readonly string[]): Running {
  return startProgram(entry, ...args);
}

/** The same with another program in its place. */
export function startProgram(program: string, ...args: readonly string[]): Running {
  // Whoever runs tests on a desktop keeps nothing of theirs in their keyring.
  const env = { COUNTERSIGN_VAULT: "memory", ...process.env };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  const closed = once(child, "close");
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async says(pattern) {
      for (;;) {
        const found = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (found !== null) return found;
        if (child.exitCode !== null) throw new Error(`it ended (${child.exitCode}) and said: ${stdout}${stderr}`);
        await Promise.race([nextOutput(child), closed]);
      }
    },
    async ended() {
      await closed;
      return { status: child.exitCode, stdout, stderr };
    },
  };
}

async function nextOutput(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stdout?.once("data", () => resolve());
    child.stderr?.once("data", () => resolve());
  });
}
