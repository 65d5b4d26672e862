import { isRpcId } from "../../../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type StreamSign,
  type Target,
  type TargetMessage,
  type TargetSession,
} from "../../../shared/target.ts";
import { refusalCodes } from "../refusal.ts";
import { errorMessage } from "../rpc-failure.ts";
import { BridgedSessions, clientOf, mostBridged } from "./bridged-sessions.ts";
import { probe, type Era } from "./probe.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** How long a target's era is believed unasked. */
const freshMs = 5 * 60_000;
/** What was found out of targets. */
const eras = new WeakMap<Target, { readonly era: Era; readonly atMs: number }>();

/**
 * The stateless requests of one principal's modern clients, to a target of either era: one that speaks only revisions with sessions is asked in an
 * initialised session for each client, kept as long as this conversation.
 */
export class ModernSession implements TargetSession {
  readonly #via: Target;
  readonly #now: () => number;
  readonly #bridged: BridgedSessions;
  #modern: TargetSession | null = null;
  #era: Era | null;
  #probing: Promise<Era> | null = null;

  constructor(via: Target, now: () => number) {
    this.#via = via;
    this.#now = now;
    this.#bridged = new BridgedSessions(via, () => this.#forget());
    const known = eras.get(via);
    this.#era = known !== undefined && now() - known.atMs < freshMs ? known.era : null;
  }

  /** Whether the target holds state for this conversation. */
  get hasState(): boolean {
    return this.#bridged.size > 0;
  }

  request(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): AsyncIterable<TargetMessage> {
    if (this.#era === "modern") return this.#native().request(message, headers, signal, onStream);
    return this.#either(message, headers, signal, onStream);
  }

  notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    return this.#native().notify(message, headers);
  }

  listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): AsyncIterable<TargetMessage> {
    return this.#native().listen(headers, lastEventId, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#modern?.close(), this.#bridged.close()]);
  }

  #native(): TargetSession {
    this.#modern ??= this.#via.open("modern");
    return this.#modern;
  }

  async *#either(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): Messages {
    const era = await (this.#era ?? this.#find(message));
    signal.throwIfAborted();
    if (era === "modern") yield* this.#native().request(message, headers, signal, onStream);
    else yield* this.#translated(message, signal);
  }

  /** Asks the target once, however many requests wait for it. */
  #find(message: RpcMessage): Promise<Era> {
    this.#probing ??= this.#ask(message).finally(() => (this.#probing = null));
    return this.#probing;
  }

  async #ask(message: RpcMessage): Promise<Era> {
    const era = await probe(this.#via, this.#native(), clientOf(message));
    // What its `initialize` refuses as well gets its own refusal.
    if (era === "legacy" && !(await this.#begins(message))) return "modern";
    this.#era = era;
    eras.set(this.#via, { era, atMs: this.#now() });
    if (era === "legacy") {
      await this.#modern?.close();
      this.#modern = null;
    }
    return era;
  }

  /** The target may have been replaced by one of another era. */
  #forget(): void {
    eras.delete(this.#via);
    this.#era = null;
  }

  async #begins(message: RpcMessage): Promise<boolean> {
    try {
      return (await this.#bridged.of(message)?.opening) !== undefined;
    } catch (error) {
      if (error instanceof TargetError) return false;
      throw error;
    }
  }

  async *#translated(message: RpcMessage, signal: AbortSignal): Messages {
    for (let tries = 1; ; tries += 1) {
      const bridged = this.#bridged.of(message);
      if (bridged === null) {
        yield { message: tooMany(message) };
        return;
      }
      try {
        yield* (await bridged.opening).request(message, signal);
        return;
      } catch (error) {
        if (!(error instanceof TargetError) || error.reason !== "session-lost" || signal.aborted) throw error;
        void this.#bridged.drop(bridged);
        // Only the target's own 404 says that it took nothing on; a stateless client has no session to begin anew.
        if (error.status === 404 && tries === 1) continue;
        throw new TargetError("crashed", "The target ended the session in which this was asked.", { cause: error });
      }
    }
  }
}

function tooMany({ id }: RpcMessage): RpcMessage {
  const message = `Your clients have ${mostBridged} busy sessions with this connection's target: end one, or wait.`;
  return errorMessage(isRpcId(id) ? id : null, { code: refusalCodes.tooManySessions, message });
}
