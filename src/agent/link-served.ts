import { channelWindow, longestFrame, type AgentFrame, type GatewayFrame } from "../shared/agent-link.ts";
import { TargetError, type StreamSign, type Target, type TargetMessage, type TargetSession } from "../shared/target.ts";
import { Patience } from "./patience.ts";

/** What a link asks for: the target of this name. Throws TargetError `unreachable` for a name the agent doesn't have. */
export type Reach = (connection: string, timeoutMs: number) => Target;

/** Says one frame to the gateway, its text given; resolves once it was written. */
export type Say = (text: string) => Promise<void>;

type Work = Exclude<GatewayFrame, { type: "challenge" | "welcome" }>;
type Asked = Extract<GatewayFrame, { type: "request" | "notify" | "listen" }>;

interface Conversation {
  readonly session: TargetSession;
  readonly patience: Patience;
}

interface Channel {
  readonly leave: AbortController;
  /** Characters that were sent and not yet used. */
  outstanding: number;
  credited: () => void;
}

/** The agent's work on one link: it opens conversations with targets and passes on what they say. */
export class ServedLink {
  readonly #reach: Reach;
  readonly #say: Say;
  readonly #onFault: (error: unknown) => void;
  readonly #conversations = new Map<string, Conversation | TargetError>();
  readonly #channels = new Map<number, Channel>();

  constructor(reach: Reach, say: Say, onFault: (error: unknown) => void) {
    this.#reach = reach;
    this.#say = say;
    this.#onFault = onFault;
  }

  take(frame: Work): void {
    switch (frame.type) {
      case "open":
        this.#conversations.set(frame.session, this.#open(frame));
        return;
      case "request":
      case "notify":
      case "listen":
        void this.#answer(frame);
        return;
      case "cancel":
        this.#channels.get(frame.channel)?.leave.abort(new TargetError("session-lost", "Nobody waits for this."));
        this.#channels.delete(frame.channel);
        return;
      case "credit":
        return this.#credit(frame.channel, frame.characters);
      case "close":
        void this.#close(frame.session);
        return;
      default:
        return frame satisfies never;
    }
  }

  /** The link is lost: ends all that was opened over it. Never throws. */
  async end(): Promise<void> {
    for (const { leave } of this.#channels.values()) leave.abort(new TargetError("session-lost", "The link was lost."));
    this.#channels.clear();
    await Promise.all([...this.#conversations.keys()].map((session) => this.#close(session)));
  }

  #open({ connection, era, timeoutMs }: Extract<GatewayFrame, { type: "open" }>): Conversation | TargetError {
    try {
      const target = this.#reach(connection, timeoutMs);
      // HTTP targets watch for silence themselves.
      const patience = new Patience(target.transport === "stdio" ? timeoutMs : Infinity);
      return { session: target.open(era), patience };
    } catch (error) {
      return this.#targetError(error);
    }
  }

  async #close(name: string): Promise<void> {
    const conversation = this.#conversations.get(name);
    this.#conversations.delete(name);
    if (conversation !== undefined && !(conversation instanceof TargetError)) await conversation.session.close();
  }

  async #answer(asked: Asked): Promise<void> {
    const channel: Channel = { leave: new AbortController(), outstanding: 0, credited: () => undefined };
    const { signal } = channel.leave;
    this.#channels.set(asked.channel, channel);
    try {
      for await (const said of this.#messages(asked, signal)) {
        await this.#room(channel, signal);
        channel.outstanding += await this.#send({ type: "message", channel: asked.channel, ...said }, signal);
      }
      await this.#send({ type: "end", channel: asked.channel }, signal);
    } catch (error) {
      if (signal.aborted) return;
      const { reason, message, status, rpcError } = this.#targetError(error);
      const facts = { ...(status !== undefined && { status }), ...(rpcError !== undefined && { rpcError }) };
      const frame = {
        type: "error",
        channel: asked.channel,
        reason,
        message: message.slice(0, 1000),
        ...facts,
      } as const;
      await this.#send(frame, signal).catch(() => undefined); // the link went with it, which the gateway knows
    } finally {
      this.#channels.delete(asked.channel);
    }
  }

  #messages(asked: Asked, signal: AbortSignal): AsyncIterable<TargetMessage> {
    const conversation = this.#conversations.get(asked.session);
    if (conversation instanceof TargetError) throw conversation;
    if (conversation === undefined) throw new TargetError("session-lost", "The session has ended.", { status: 404 });
    const { session, patience } = conversation;
    switch (asked.type) {
      case "request": {
        const onStream = (sign: StreamSign): void => this.#sign(asked.channel, sign);
        const said = session.request(asked.message, asked.headers, signal, onStream);
        return asked.message.method === "subscriptions/listen" ? said : patience.bear(said);
      }
      case "listen":
        return patience.note(session.listen(asked.headers, asked.lastEventId ?? undefined, signal));
      case "notify":
        patience.answered(asked.message);
        return nothingAfter(session.notify(asked.message, asked.headers));
      default:
        return asked satisfies never;
    }
  }

  #sign(channel: number, sign: StreamSign): void {
    const stream = sign.sign === "begun" ? { sign: sign.sign, retryMs: sign.retryMs ?? null } : sign;
    const frame: AgentFrame = { type: "stream", channel, stream };
    this.#say(JSON.stringify(frame)).catch(() => undefined); // a link that broke says so itself
  }

  /** How many characters went out. */
  async #send(frame: AgentFrame, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const text = JSON.stringify(frame);
    if (Buffer.byteLength(text) > longestFrame) {
      throw new TargetError("protocol", `The target's message is longer than ${longestFrame} bytes.`);
    }
    // Written first, then the next: so a slow link holds back the targets, and memory with them.
    await this.#say(text);
    return text.length;
  }

  async #room(channel: Channel, signal: AbortSignal): Promise<void> {
    while (channel.outstanding >= channelWindow) {
      const gone = Promise.withResolvers<void>();
      channel.credited = gone.resolve;
      const leave = (): void => gone.resolve();
      signal.addEventListener("abort", leave, { once: true });
      await gone.promise;
      signal.removeEventListener("abort", leave);
      signal.throwIfAborted();
    }
  }

  #credit(id: number, characters: number): void {
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    channel.outstanding -= characters;
    channel.credited();
  }

  #targetError(error: unknown): TargetError {
    if (error instanceof TargetError) return error;
    this.#onFault(error);
    return new TargetError("crashed", "The agent failed on this; its log has the cause.");
  }
}

async function* nothingAfter(work: Promise<void>): AsyncGenerator<TargetMessage> {
  await work;
  yield* [];
}
