import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { LineJob } from "./line-client.ts";
import type { Job, JobResult } from "./load-client.ts";

export interface Child {
  readonly port: number;
  /** Processor time taken so far, in µs; asked of a bare proxy. */
  spentUs(): Promise<number>;
  close(): Promise<void>;
}

/** Starts one of the programs beside this file and waits for its port. */
export async function startChild(name: "echo-target" | "bare-proxy", ...args: readonly string[]): Promise<Child> {
  const child = started(name, args);
  const [port] = (await once(child, "message")) as [number];
  return { port, spentUs: () => spent(child), close: () => ended(child) };
}

/** The client that makes the measured calls. */
export interface LoadClient {
  run(job: Job): Promise<JobResult>;
  close(): Promise<void>;
}

export function startLoadClient(): LoadClient {
  const child = started("load-client", []);
  return {
    async run(job) {
      child.send(job);
      const [answer] = (await once(child, "message")) as [{ readonly result?: JobResult; readonly error?: string }];
      if (answer.result === undefined) throw new Error(answer.error);
      return answer.result;
    },
    close: () => ended(child),
  };
}

/** The tunnel alone in front of this origin. */
export async function startTunnel(
  origin: string,
): Promise<Omit<Child, "port"> & { readonly url: string; readonly token: string }> {
  const child = started("tunnel", [origin]);
  const [said]: unknown[] = await once(child, "message");
  return { ...introduction.parse(said), spentUs: () => spent(child), close: () => ended(child) };
}

async function spent(child: ChildProcess): Promise<number> {
  child.send("spent");
  const [{ spentUs }] = (await once(child, "message")) as [{ readonly spentUs: number }];
  return spentUs;
}

const introduction = z.object({ url: z.string(), token: z.string() });

/** A client in front of a stdio program, `program` being a file for Node. */
export async function startLineClient(
  program: string,
  args: readonly string[],
): Promise<{ run(job: LineJob): Promise<JobResult>; close(): Promise<void> }> {
  const child = started("line-client", [program, ...args]);
  await once(child, "message");
  return {
    async run(job) {
      child.send(job);
      const [{ result }] = (await once(child, "message")) as [{ readonly result: JobResult }];
      return result;
    },
    close: () => ended(child),
  };
}

function started(name: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), args);
}

async function ended(child: ChildProcess): Promise<void> {
  const closed = once(child, "exit");
  child.disconnect();
  await closed;
}
