import { spawn, type ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { TargetError, type RpcMessage, type StdioSpec } from "../shared/target.ts";
import type { Note } from "./note.ts";
import { childEnvironment } from "./stdio-environment.ts";
import { isGroupAlive, signalGroup, type ChildGroups } from "./stdio-groups.ts";
import { LineSplitter } from "./stdio-lines.ts";

const stderrKeptBytes = 8 * 1024;
const maxUnreadBytes = 64 * 1024 * 1024;
/** MCP stdio, "Shutdown": close the input, then SIGTERM, then SIGKILL. */
const patienceMs = 2000;
/** How long the last output may lag behind the exit, where a grandchild holds the pipe open. */
const lastWordsMs = 500;

export interface ChildListener {
  line(text: string): void;
  /** Once, when no further line will come. */
  ended(error: TargetError): void;
}

/** One running stdio server: JSON-RPC messages in, lines out. */
export class StdioChild {
  readonly #spec: StdioSpec;
  readonly #groups: ChildGroups;
  readonly #listener: ChildListener;
  readonly #onNote: (note: Note) => void;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines = new LineSplitter();
  #stderr = Buffer.alloc(0);
  #over = false;
  #stopping: Promise<void> | undefined;

  /** Throws TargetError `unreachable` where the system refuses at once; other refusals come as `ended`. */
  constructor(spec: StdioSpec, groups: ChildGroups, onNote: (note: Note) => void, listener: ChildListener) {
    this.#spec = spec;
    this.#groups = groups;
    this.#onNote = onNote;
    this.#listener = listener;
    this.#process = start(spec);
    if (this.#process.pid !== undefined) groups.add(this.#process.pid);
    this.#process.on("error", (error) => {
      if (this.#process.pid === undefined) this.#end(notStarted(spec, error));
    });
    this.#process.once("exit", (code, signal) => void this.#exited(code, signal));
    this.#process.stdin.on("error", () => undefined); // EPIPE: the exit tells the story
    this.#process.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#process.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-stderrKeptBytes);
    });
  }

  /** Throws TargetError `timeout` where the child has stopped reading. */
  write(message: RpcMessage): void {
    if (this.#process.stdin.writableLength > maxUnreadBytes) {
      throw new TargetError("timeout", "The target does not read its input.");
    }
    this.#process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends the child and all that it started; resolves when nothing of it is left. Never throws. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #read(chunk: Buffer): void {
    if (this.#over) return;
    try {
      for (const line of this.#lines.push(chunk)) this.#listener.line(line);
    } catch (error) {
      this.#end(
        error instanceof TargetError ? error : new TargetError("protocol", "Unreadable output.", { cause: error }),
      );
      void this.stop();
    }
  }

  async #exited(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    void this.stop(); // what it started must not outlive it
    const drained = new Promise<void>((resolve) => this.#process.once("close", () => resolve()));
    await Promise.race([drained, delay(lastWordsMs)]);
    const how = code === null ? `by ${signal ?? "a signal"}` : `with status ${code}`;
    this.#end(new TargetError("crashed", `The target ended ${how}.`, { cause: this.#lastWords() }));
  }

  #end(error: TargetError): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.ended(error);
  }

  /** For the operator only: the text is the target's own. */
  #lastWords(): Error {
    return new Error(`${this.#spec.name}: last output on standard error: ${this.#stderr.toString("utf8").trim()}`);
  }

  async #stop(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) return;
    this.#process.stdin.end();
    if (!(await this.#gone(pid))) signalGroup(pid, "SIGTERM");
    if (!(await this.#gone(pid))) signalGroup(pid, "SIGKILL");
    if (await this.#gone(pid)) this.#groups.delete(pid);
    else this.#onNote({ target: this.#spec.name, what: "left-behind", detail: `process group ${pid}` });
    this.#process.stdout.destroy();
    this.#process.stderr.destroy();
  }

  async #gone(pid: number): Promise<boolean> {
    for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs; await delay(20)) {
      const exited = this.#process.exitCode !== null || this.#process.signalCode !== null;
      if (exited && (process.platform === "win32" || !isGroupAlive(pid))) return true;
    }
    return false;
  }
}

function start(spec: StdioSpec): ChildProcessByStdio<Writable, Readable, Readable> {
  try {
    return spawn(spec.command, [...spec.args], {
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      env: childEnvironment(spec.env),
      stdio: ["pipe", "pipe", "pipe"],
      shell: false,
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (cause) {
    throw notStarted(spec, cause);
  }
}

function notStarted(spec: StdioSpec, cause: unknown): TargetError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  const why =
    code !== "ENOENT"
      ? `the system refused it (${code})`
      : spec.cwd !== undefined && !existsSync(spec.cwd)
        ? "its folder (cwd) does not exist"
        : "the command was not found";
  return new TargetError("unreachable", `The target's command "${spec.command}" could not be started: ${why}.`, {
    cause,
  });
}
