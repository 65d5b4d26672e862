import type { WebSocket } from "ws";
import { agentFrame, longestFrame, parseFrame, type AgentFrame, type GatewayFrame } from "../../shared/agent-link.ts";
import { TargetError, type StreamSign, type TargetMessage } from "../../shared/target.ts";
import { Channel } from "./channel.ts";

/** An agent that lets this much pile up does not read; in bytes. */
const mostUnsent = 64 * 1024 * 1024;

/** The link of one agent that has proved itself. */
export class Link {
  readonly agent: string;
  /** The key that it proved itself by. */
  readonly key: string;
  readonly #socket: WebSocket;
  readonly #channels = new Map<number, Channel>();
  #nextChannel = 1;
  #nextSession = 1;
  #lost: TargetError | undefined;

  constructor(agent: string, key: string, socket: WebSocket) {
    this.agent = agent;
    this.key = key;
    this.#socket = socket;
    socket.on("message", (data, isBinary) =>
      this.#read(isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8")),
    );
    socket.on("close", () => this.#lose());
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  newSession(): string {
    return String(this.#nextSession++);
  }

  /** Sends one frame. Throws TargetError `unreachable` where it can't leave: then the agent has seen nothing of it. */
  send(frame: GatewayFrame): void {
    if (this.#lost !== undefined || this.#socket.readyState !== this.#socket.OPEN) throw notConnected(this.agent);
    if (this.#socket.bufferedAmount > mostUnsent) {
      throw new TargetError("unreachable", `The agent ${this.agent} does not read what it is sent.`);
    }
    const text = JSON.stringify(frame);
    if (Buffer.byteLength(text) > longestFrame) {
      throw new TargetError("unreachable", `The request is longer than the link to agent ${this.agent} takes.`);
    }
    this.#socket.send(text);
  }

  /** Sends the frame that opens a channel, and yields what the agent says on it. Throws TargetError, or the signal's reason. */
  async *converse(
    frame: (channel: number) => GatewayFrame,
    signal: AbortSignal | null,
    onStream?: (sign: StreamSign) => void,
  ): AsyncGenerator<TargetMessage, void, undefined> {
    signal?.throwIfAborted();
    const id = this.#nextChannel++;
    const channel = new Channel((characters) => this.#tell({ type: "credit", channel: id, characters }), onStream);
    const leave = (): void => channel.abandon(signal?.reason);
    let cancelled = true;
    this.send(frame(id));
    this.#channels.set(id, channel);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      for await (const said of channel.read()) {
        // The response is the last word of a request: no need to tell the agent that nobody waits for more.
        cancelled = said.message.method !== undefined;
        yield said;
      }
      cancelled = false;
    } finally {
      signal?.removeEventListener("abort", leave);
      if (this.#channels.delete(id) && cancelled) this.#tell({ type: "cancel", channel: id });
    }
  }

  /** Ends the link; what is under way on it is lost. */
  end(code: number, why: string): void {
    this.#socket.close(code, why);
    this.#lose();
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }

  /** For what only eases the agent's work: a link that is gone needs none of it. */
  #tell(frame: GatewayFrame): void {
    try {
      this.send(frame);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
    }
  }

  #read(text: string): void {
    if (this.#lost !== undefined) return;
    const frame = parseFrame(agentFrame, text);
    if (frame === null || frame.type === "proof" || !this.#take(frame, text.length)) this.#socket.terminate();
  }

  /** False for what an agent must not do. A channel that nobody waits for any more is nobody's mistake. */
  #take(frame: Exclude<AgentFrame, { type: "proof" }>, characters: number): boolean {
    const channel = this.#channels.get(frame.channel);
    switch (frame.type) {
      case "message": {
        const { message, eventId } = frame;
        return channel?.push(eventId === undefined ? { message } : { message, eventId }, characters) ?? true;
      }
      case "stream": {
        const { stream } = frame;
        channel?.sign(stream.sign === "begun" ? { sign: "begun", retryMs: stream.retryMs ?? undefined } : stream);
        return true;
      }
      case "end":
        this.#channels.delete(frame.channel);
        channel?.end();
        return true;
      case "error": {
        const { reason, message, status, rpcError } = frame;
        const facts = { ...(status !== undefined && { status }), ...(rpcError !== undefined && { rpcError }) };
        this.#channels.delete(frame.channel);
        channel?.fail(new TargetError(reason, message, facts));
        return true;
      }
      default:
        return frame satisfies never;
    }
  }

  #lose(): void {
    const message = `The agent ${this.agent} was lost before the answer: whether the call took effect is unknown.`;
    this.#lost ??= new TargetError("crashed", message);
    for (const channel of this.#channels.values()) channel.fail(this.#lost);
    this.#channels.clear();
  }
}

/** Nothing was sent, so nothing can have run. */
export function notConnected(agent: string): TargetError {
  return new TargetError("unreachable", `The agent ${agent} is not connected.`);
}
