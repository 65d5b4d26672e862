import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { z } from "zod";
import type { Lifetime } from "./lifetime.ts";

/** How long a child may take to end by itself before it is killed. */
const endMs = 5000;
/** A machine under load starts a program late, and nobody is helped by a demo that gives up on it. */
const readyMs = 60_000;

/** Starts this Node with these arguments as a child whose first line on standard output is JSON of this shape. */
export async function startChild<T>(
  lifetime: Lifetime,
  args: readonly string[],
  options: { readonly first: z.ZodType<T>; readonly stderr: "inherit" | number },
): Promise<{ readonly child: ChildProcess; readonly first: T }> {
  // The channel and standard input end with this process, however it ends; each child listens to one of them.
  const stdio: StdioOptions = ["pipe", "pipe", options.stderr, "ipc"];
  const child = spawn(process.execPath, [...args], { stdio });
  lifetime.add(() => endChild(child));
  return { child, first: options.first.parse(JSON.parse(await firstLine(child))) };
}

/** SIGTERM, and SIGKILL where that is not enough. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
  await ended;
  clearTimeout(timer);
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the child has no standard output");
  const lines = createInterface({ input: child.stdout });
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("a child process did not get ready in time")), readyMs);
    const settled = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    lines.once("line", (line) => settled(() => resolve(line)));
    child.once("exit", (code, signal) =>
      settled(() => reject(new Error(`a child process ended before it was ready (${signal ?? code})`))),
    );
    child.once("error", (error) => settled(() => reject(error)));
  });
}
