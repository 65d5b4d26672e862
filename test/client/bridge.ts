import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";

export const program = fileURLToPath(new URL("../../src/cli/index.ts", import.meta.url));

/** How a client starts the bridge. */
export function bridgeCommand(connection: string, name: string, directory: string) {
  return {
    command: process.execPath,
    args: [program, "stdio", connection, "--client", name, "--profile", directory],
  };
}

/** A bridge whose client is the test. */
export interface Bridge {
  readonly process: ChildProcess;
  readonly lines: string[];
  say(message: object): void;
  /** The answer to the request of this id. */
  answer(id: number): Promise<{ readonly result?: unknown; readonly error?: { message: string; data: unknown } }>;
}

/** Starts one, until the test is over. */
export function startBridge(connection: string, name: string, directory: string): Bridge {
  const { command, args } = bridgeCommand(connection, name, directory);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const reader = createInterface(child.stdout);
  const lines: string[] = [];
  reader.on("line", (line) => lines.push(line));
  onTestFinished(() => {
    reader.close();
    child.kill("SIGKILL");
  });
  return {
    process: child,
    lines,
    say: (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    answer: (id) =>
      vi.waitFor(
        () => {
          const found = lines.map((line) => JSON.parse(line)).find((message) => message.id === id);
          if (found === undefined) throw new Error(`No answer to ${id} yet.`);
          return found;
        },
        { timeout: 20_000, interval: 20 },
      ),
  };
}
