import { isShallow } from "../shared/json.ts";
import { asRpcMessage, isRpcId } from "../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type StdioSpec,
  type TargetMessage,
  type TargetSession,
} from "../shared/target.ts";
import { Conversation } from "./conversation.ts";
import type { Note } from "./note.ts";
import { StdioChild } from "./stdio-child.ts";
import type { ChildGroups } from "./stdio-groups.ts";

/** One conversation over stdio: a child of its own, started by the first message, of either era. */
export class StdioSession implements TargetSession {
  readonly #spec: StdioSpec;
  readonly #era: "legacy" | "modern";
  readonly #groups: ChildGroups;
  readonly #onNote: (note: Note) => void;
  readonly #onClosed: () => void;
  readonly #conversation = new Conversation((what, detail) => this.#note(what, detail));
  #child: StdioChild | undefined;
  #lost: TargetError | undefined;
  /** The end of the children before this one. */
  #stopped: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    spec: StdioSpec,
    era: "legacy" | "modern",
    groups: ChildGroups,
    onNote: (note: Note) => void,
    onClosed: () => void,
  ) {
    this.#spec = spec;
    this.#era = era;
    this.#groups = groups;
    this.#onNote = onNote;
    this.#onClosed = onClosed;
  }

  async *request(message: RpcMessage, _headers: ProtocolHeaders, signal: AbortSignal): AsyncGenerator<TargetMessage> {
    signal.throwIfAborted();
    if (!isRpcId(message.id)) throw new TargetError("protocol", "A request needs an id.");
    const child = this.#start();
    const begun = this.#conversation.begin(message, message.id);
    const leave = (): void => {
      begun.stream.abandon(signal.reason);
      // Over stdio a caller that is gone can't be seen: it is said (2026-07-28, "Cancellation"). Legacy callers say it themselves.
      if (this.#era === "modern") cancel(child, begun.number);
    };
    signal.addEventListener("abort", leave, { once: true });
    try {
      child.write(begun.message);
      yield* begun.stream.read();
    } finally {
      signal.removeEventListener("abort", leave);
      this.#conversation.leave(begun);
    }
  }

  async notify(message: RpcMessage): Promise<void> {
    const child = this.#start();
    const outgoing = this.#conversation.outgoing(message);
    if (outgoing !== null) child.write(outgoing);
  }

  async *listen(
    _headers: ProtocolHeaders,
    _lastEventId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<TargetMessage> {
    signal.throwIfAborted();
    if (this.#lost) throw lost(this.#lost);
    yield* this.#conversation.listen(signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#lost ??= new TargetError("session-lost", "The session was closed.");
    this.#conversation.fail(this.#lost);
    await Promise.all([this.#stopped, this.#child?.stop()]);
    this.#onClosed();
  }

  #start(): StdioChild {
    if (this.#lost) throw lost(this.#lost);
    this.#child ??= new StdioChild(this.#spec, this.#groups, this.#onNote, {
      line: (text) => this.#read(text),
      ended: (error) => this.#ended(error),
    });
    return this.#child;
  }

  #ended(why: TargetError): void {
    this.#stopped = Promise.all([this.#stopped, this.#child?.stop()]);
    this.#child = undefined;
    // What a legacy session agreed on (initialize) has gone with its child; modern requests agree on nothing, so the
    // next one starts a new child.
    if (this.#era === "legacy") this.#lost ??= why;
    this.#conversation.fail(why);
  }

  #read(line: string): void {
    const value = parse(line);
    if (value === undefined) return this.#note("not-json", `a line of ${line.length} characters`);
    // Revision 2025-03-26 knows batches.
    for (const item of Array.isArray(value) ? value : [value]) {
      const message = asRpcMessage(item);
      if (message === null) this.#note("not-json-rpc", `a line of ${line.length} characters`);
      else this.#conversation.take(message, line.length);
    }
  }

  #note(what: Note["what"], detail: string): void {
    this.#onNote({ target: this.#spec.name, what, detail });
  }
}

function cancel(child: StdioChild, requestId: number): void {
  const params = { requestId, reason: "The caller has gone." };
  try {
    child.write({ jsonrpc: "2.0", method: "notifications/cancelled", params });
  } catch (error) {
    // A target that reads nothing can't be told.
    if (!(error instanceof TargetError)) throw error;
  }
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return isShallow(line, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function lost(cause: TargetError): TargetError {
  return new TargetError("session-lost", "The target's process of this session has ended.", { cause });
}
