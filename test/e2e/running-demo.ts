import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { approvalView, type ApprovalView } from "../../src/shared/approval.ts";
import { shell, type Ran } from "../cli/shell.ts";
import { eventually, patienceMs } from "../support/eventually.ts";

const entry = fileURLToPath(new URL("../../src/demo/index.ts", import.meta.url));

const announcement = z.strictObject({
  gateway: z.url(),
  tunnel: z.url(),
  console: z.url(),
  connections: z.array(z.strictObject({ name: z.string(), url: z.url() })),
  clients: z.array(z.strictObject({ name: z.string(), token: z.string() })),
  profiles: z.strictObject({ engineer: z.string(), approver: z.string() }),
  data: z.string(),
});

/** The demo as a user runs it, and what its one JSON line says. */
export interface RunningDemo {
  readonly child: ChildProcess;
  readonly told: z.infer<typeof announcement>;
  readonly token: string;
  /** Milliseconds from its start to its line. */
  readonly readyAfterMs: number;
  /** What the connection `files` may touch. */
  readonly files: string;
  url(connection: string): string;
  /** The request that waits with this text in its masked arguments, as the approver's `approvals list --json` has it, once there is one. */
  pending(text: string): Promise<ApprovalView>;
  /** Runs a command of the terminal shell with this person's profile. */
  as(person: "engineer" | "approver", ...args: readonly string[]): Promise<Ran>;
  /** SIGINT, as Ctrl-C sends it; resolves with the milliseconds until its end. */
  interrupt(): Promise<number>;
  /** Ends it where it still runs, and removes its folder. */
  clear(): Promise<void>;
}

/** `node src/demo/index.ts --headless --json`, without waiting for it; its folder is made in `temporary`. */
export function spawnDemo(temporary: string = tmpdir(), ...more: readonly string[]): ChildProcess {
  const env = { ...process.env, TMPDIR: temporary };
  return spawn(process.execPath, [entry, "--headless", "--json", ...more], { stdio: ["ignore", "pipe", "pipe"], env });
}

/** Starts the demo and waits for its line. */
export async function startDemo(): Promise<RunningDemo> {
  const begun = performance.now();
  const child = spawnDemo();
  const told = announcement.parse(JSON.parse(await firstLine(child)));
  const readyAfterMs = performance.now() - begun;
  const root = dirname(told.data);
  const interrupt = async (): Promise<number> => {
    const asked = performance.now();
    const ended = once(child, "exit");
    child.kill("SIGINT");
    await ended;
    return performance.now() - asked;
  };
  const as: RunningDemo["as"] = (person, ...args) => shell(...args, "--profile", told.profiles[person]);
  return {
    child,
    told,
    token: told.clients[0]?.token ?? "",
    readyAfterMs,
    files: join(root, "servers", "files"),
    url: (connection) => told.connections.find(({ name }) => name === connection)?.url ?? "",
    as,
    pending: (text) =>
      eventually(async () => {
        const { stdout } = await as("approver", "approvals", "list", "--json");
        const waiting = z.array(approvalView).parse(JSON.parse(stdout));
        const found = waiting.find(({ payload }) => JSON.stringify(payload.arguments).includes(text));
        if (found === undefined) throw new Error(`no request with ${text} waits`);
        return found;
      }),
    interrupt,
    async clear() {
      if (child.exitCode === null) await interrupt();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  if (child.stdout === null) throw new Error("no standard output");
  const ended = once(child, "exit").then(() => {
    throw new Error(`the demo ended before it was ready: ${errors}`);
  });
  const line = once(createInterface({ input: child.stdout }), "line").then(([text]) => String(text));
  return await Promise.race([line, ended]);
}

/** A process and its arguments, by /proc. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All descendants of a process that run now. */
export async function descendants(root: number): Promise<readonly Process[]> {
  const all = await processes();
  const found: Process[] = [];
  for (let parents = [root]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

/** Those of these processes that still run, after giving them time to be gone: a loaded machine ends them late. */
export async function survivors(suspects: readonly Process[]): Promise<readonly Process[]> {
  const endsMs = performance.now() + patienceMs;
  for (;;) {
    const now = await processes();
    const left = suspects.filter(({ pid, command }) => now.some((one) => one.pid === pid && one.command === command));
    if (left.length === 0 || performance.now() > endsMs) return left;
    await wait(50);
  }
}

async function processes(): Promise<readonly Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => processOf(pid).catch(() => null)));
  return found.filter((process) => process !== null);
}

/** `pid (comm) state ppid …`, proc(5); a zombie has ended already. */
async function processOf(pid: string): Promise<Process | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z") return null;
  const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
  return { pid: Number(pid), parent: Number(parent), command };
}
