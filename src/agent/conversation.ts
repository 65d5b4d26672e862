import type { RpcId, RpcMessage, TargetError, TargetMessage } from "../shared/target.ts";
import { MessageQueue } from "./message-queue.ts";
import type { Note } from "./note.ts";
import { Routing } from "./routing.ts";

/** What may wait for a slow reader, and for any reader at all; in characters. */
const queueLimit = 64 * 1024 * 1024;
const unclaimedLimit = 4 * 1024 * 1024;

type Stream = MessageQueue<TargetMessage>;
type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** A request on its way: its number at the target, as the target gets it, and where its answer arrives. */
export interface Begun {
  readonly number: number;
  readonly message: RpcMessage;
  readonly stream: Stream;
}

/** One conversation whose target says all on one stream (stdio, HTTP+SSE): who gets which of it. `onOdd` hears what goes to nobody. */
export class Conversation {
  readonly #onOdd: (what: Note["what"], detail: string) => void;
  readonly #routing = new Routing<Stream>();
  /** What the target said while nobody listened. */
  readonly #unclaimed = new MessageQueue<TargetMessage>(unclaimedLimit);
  #listener: Stream | undefined;

  constructor(onOdd: (what: Note["what"], detail: string) => void) {
    this.#onOdd = onOdd;
  }

  begin(message: RpcMessage, id: RpcId): Begun {
    const stream: Stream = new MessageQueue(queueLimit);
    const begun = { ...this.#routing.outgoingRequest(message, id, stream), stream };
    this.#handOver(stream);
    return begun;
  }

  /** Nobody waits for this answer any more. */
  leave({ number }: Begun): void {
    this.#routing.leave(number);
  }

  /** A notification or answer as the target gets it; null for a cancellation of nothing that runs. */
  outgoing(message: RpcMessage): RpcMessage | null {
    return this.#routing.outgoingOther(message);
  }

  /** What the target says beside its answers. */
  async *listen(signal: AbortSignal): Messages {
    const stream: Stream = new MessageQueue(queueLimit);
    // A client that lost its stream opens the next one before anybody has noticed: the newest counts.
    this.#listener?.end();
    this.#listener = stream;
    this.#handOver(stream);
    const leave = (): void => stream.abandon(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      yield* stream.read();
    } finally {
      signal.removeEventListener("abort", leave);
      if (this.#listener === stream) this.#listener = undefined;
    }
  }

  /** A message of the target's, so many characters long. */
  take(incoming: RpcMessage, length: number): void {
    const route = this.#routing.incoming(incoming);
    switch (route.to) {
      case "request":
        this.#push(route.stream, route.message, length);
        if (route.last) route.stream.end();
        return;
      case "session":
        return this.#push(this.#listener ?? this.#routing.streams().at(-1) ?? this.#unclaimed, route.message, length);
      case "nobody":
        if (route.why === "unknown-id") this.#onOdd("unknown-id", "a message that answers nothing we asked");
        return;
      default:
        return route satisfies never;
    }
  }

  /** Ends everything that waits. */
  fail(error: TargetError): void {
    for (const stream of this.#routing.streams()) stream.fail(error);
    this.#listener?.fail(error);
  }

  #push(stream: Stream, message: RpcMessage, length: number): void {
    if (!stream.push({ message }, length)) this.#onOdd("dropped", "the oldest message that waited for a reader");
  }

  #handOver(stream: Stream): void {
    for (const { message } of this.#unclaimed.drain()) stream.push({ message }, 0);
  }
}
