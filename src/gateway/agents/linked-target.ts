import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type StreamSign,
  type Target,
  type TargetMessage,
  type TargetSession,
} from "../../shared/target.ts";
import { notConnected, type Link } from "./link.ts";

/** A connection at an agent. */
interface Place {
  readonly agent: string;
  readonly connection: string;
  readonly timeoutMs: number;
  /** The agent's link of now. */
  readonly link: () => Link | undefined;
}

/** The target that an agent reaches as this connection. */
export function linkedTarget(place: Place): Target {
  const sessions = new Set<LinkedSession>();
  let closed = false;
  return {
    transport: "agent",
    hindrance: () => (place.link() === undefined ? `The agent ${place.agent} is not connected.` : null),
    open(era): TargetSession {
      if (closed) throw new TargetError("unreachable", "The target was closed.");
      const session = new LinkedSession(place, era, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
}

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** One conversation over an agent's link. It is opened at the agent by its first message, and lost with the link. */
class LinkedSession implements TargetSession {
  readonly #place: Place;
  readonly #era: "legacy" | "modern";
  readonly #onClosed: () => void;
  #open: { readonly link: Link; readonly session: string } | undefined;
  #closed = false;

  constructor(place: Place, era: "legacy" | "modern", onClosed: () => void) {
    this.#place = place;
    this.#era = era;
    this.#onClosed = onClosed;
  }

  async *request(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): Messages {
    signal.throwIfAborted();
    const { link, session } = this.#opened();
    yield* link.converse((channel) => ({ type: "request", session, channel, message, headers }), signal, onStream);
  }

  async notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    const { link, session } = this.#opened();
    const said = link.converse((channel) => ({ type: "notify", session, channel, message, headers }), null);
    for await (const _ of said);
  }

  async *listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): Messages {
    signal.throwIfAborted();
    const { link, session } = this.#opened();
    const from = lastEventId ?? null;
    yield* link.converse((channel) => ({ type: "listen", session, channel, lastEventId: from, headers }), signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClosed();
    if (this.#open === undefined || this.#open.link.lost) return;
    try {
      this.#open.link.send({ type: "close", session: this.#open.session });
    } catch (error) {
      // Gone meanwhile: a lost link ends its sessions at the agent as well.
      if (!(error instanceof TargetError)) throw error;
    }
  }

  #opened(): { readonly link: Link; readonly session: string } {
    if (this.#closed) throw lost("The session was closed.");
    if (this.#open !== undefined && !this.#open.link.lost) return this.#open;
    // What a legacy session agreed on has gone with the link. Modern requests agree on nothing: the next link will do.
    if (this.#open !== undefined && this.#era === "legacy") {
      throw lost(`The link to agent ${this.#place.agent}, and this session with it, was lost.`);
    }
    const link = this.#place.link();
    if (link === undefined) throw notConnected(this.#place.agent);
    const { connection, timeoutMs } = this.#place;
    const session = link.newSession();
    link.send({ type: "open", session, connection, era: this.#era, timeoutMs });
    this.#open = { link, session };
    return this.#open;
  }
}

/** 404 as the target itself would say it: it took nothing on. */
function lost(message: string): TargetError {
  return new TargetError("session-lost", message, { status: 404 });
}
