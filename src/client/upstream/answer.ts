import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";
import type { Dispatcher } from "undici";
import { Collected } from "./collected.ts";

/** What the gateway answers: the head at once, the body as it is taken. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All of the body, where it has come already: a short one comes with the head. */
  readonly whole?: Buffer | null;
  /** Hands the body on as it comes and as fast as it is taken, without ending `into`. Rejects where the answer breaks off. */
  pass(into: Writable): Promise<void>;
  /** The whole body, where it is at most so long; otherwise null, and the answer has ended. */
  text(mostBytes: number): Promise<string | null>;
  /** Lets go of it. */
  drop(): void;
}

/** One request under way: undici's handler, which is told more than its `request` tells. */
export class Exchange implements Dispatcher.DispatchHandler, Answer {
  /** Some of the request may have reached the gateway. */
  sent = false;
  answered = false;
  status = 0;
  headers: IncomingHttpHeaders = {};
  /** Called once, when nothing more comes. */
  onOver: (() => void) | null = null;
  /** The answer's head. Rejects where none came. */
  readonly head: Promise<Answer>;
  readonly #onBytes: () => void;
  #settle: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #aborted: Error | null = null;
  /** What came before anybody took it. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #into: Writable | null = null;
  #end: "coming" | "come" | Error = "coming";
  #onEnd: (() => void) | null = null;

  constructor(onBytes: () => void) {
    this.#onBytes = onBytes;
    this.head = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  get isOver(): boolean {
    return this.#end !== "coming";
  }

  get whole(): Buffer | null {
    if (this.#end !== "come" || this.#into !== null) return null;
    const [first] = this.#kept;
    if (this.#kept.length === 1 && first !== undefined) return first;
    const all = Buffer.concat(this.#kept);
    this.#kept = [all];
    return all;
  }

  abort(reason: Error): void {
    if (this.#controller !== null) this.#controller.abort(reason);
    else this.#aborted ??= reason;
    this.failed(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted !== null) controller.abort(this.#aborted);
    else this.sent = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#onBytes();
    // An interim answer (1xx) is none yet.
    if (status < 200) return;
    this.answered = true;
    this.status = status;
    this.headers = headers;
    this.#settle?.resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#into === null) {
      // The first comes with the head, as a rule.
      if (this.#keptBytes > 0) this.#onBytes();
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
      // A short answer comes whole in one go; to stop the reader within it would cost more than to keep it.
      if (this.#keptBytes >= mostKept) controller.pause();
    } else {
      this.#onBytes();
      if (!hasRoom(this.#into, chunk)) controller.pause();
    }
  }

  onResponseEnd(): void {
    this.#ended("come");
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failed(error);
  }

  /** Nothing comes, or nothing more. */
  failed(error: Error): void {
    this.#settle?.reject(error);
    this.#ended(error);
  }

  async pass(into: Writable): Promise<void> {
    const resume = () => this.#controller?.resume();
    const leave = () => this.abort(new Error("Nobody takes the answer any more."));
    into.on("drain", resume).once("close", leave);
    this.#into = into;
    try {
      if (into.destroyed) leave();
      let room = true;
      for (const chunk of this.#kept.splice(0)) room = hasRoom(into, chunk);
      if (room) resume();
      await this.#whenEnded();
    } finally {
      into.off("drain", resume).off("close", leave);
    }
  }

  async text(mostBytes: number): Promise<string | null> {
    const collected = new Collected(mostBytes);
    try {
      await this.pass(collected);
    } catch (error) {
      if (collected.overflowed) return null;
      throw error;
    }
    // The end of what had come whole already is told by nothing else.
    if (collected.overflowed) return null;
    collected.end();
    await once(collected, "finish");
    return collected.text();
  }

  drop(): void {
    this.abort(new Error("The answer is not wanted."));
  }

  #ended(how: "come" | Error): void {
    if (this.#end !== "coming") return;
    this.#end = how;
    this.onOver?.();
    this.#onEnd?.();
  }

  async #whenEnded(): Promise<void> {
    if (this.#end === "coming") await new Promise<void>((resolve) => (this.#onEnd = resolve));
    if (this.#end instanceof Error) throw this.#end;
  }
}

/** In bytes: as much as one read of a socket brings. */
const mostKept = 64 * 1024;
/** Each read would be more than a socket's own measure, and to stop and start again at each costs half of all that a long answer does. */
const mostAhead = 256 * 1024;

/** Writes, and says whether more may follow at once; where it may not, `drain` tells. */
function hasRoom(into: Writable, chunk: Buffer): boolean {
  return into.write(chunk) || into.writableLength < mostAhead;
}
