import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";
import type { Dispatcher } from "undici";
import { Collected } from "./collected.ts";

/** What the gateway answers: the head at once, the body as it is taken. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
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
  readonly #head = Promise.withResolvers<Answer>();
  readonly #end = Promise.withResolvers<void>();
  readonly #onBytes: () => void;
  #controller: Dispatcher.DispatchController | null = null;
  #aborted: Error | null = null;
  /** What came before anybody took it. */
  #kept: Buffer[] = [];
  #into: Writable | null = null;

  constructor(onBytes: () => void) {
    this.#onBytes = onBytes;
    this.#head.promise.catch(() => undefined);
    this.#end.promise.catch(() => undefined);
  }

  /** The answer's head. Rejects where none came. */
  get head(): Promise<Answer> {
    return this.#head.promise;
  }

  abort(reason: Error): void {
    if (this.#controller !== null) this.#controller.abort(reason);
    else this.#aborted ??= reason;
    this.#fail(reason);
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
    this.#head.resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#onBytes();
    if (this.#into === null) {
      this.#kept.push(chunk);
      controller.pause();
    } else if (!this.#into.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#end.resolve();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  async pass(into: Writable): Promise<void> {
    const resume = () => this.#controller?.resume();
    const leave = () => this.abort(new Error("Nobody takes the answer any more."));
    into.on("drain", resume).once("close", leave);
    this.#into = into;
    try {
      if (into.destroyed) leave();
      let room = true;
      for (const chunk of this.#kept.splice(0)) room = into.write(chunk);
      if (room) resume();
      await this.#end.promise;
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
    collected.end();
    await once(collected, "finish");
    return collected.text();
  }

  drop(): void {
    this.abort(new Error("The answer is not wanted."));
  }

  #fail(error: Error): void {
    this.#head.reject(error);
    this.#end.reject(error);
  }
}
