import { randomBytes } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { isRpcId, kindOf, paramsOf } from "../../../shared/message.ts";
import { TargetError, type RpcId, type RpcMessage, type TargetMessage } from "../../../shared/target.ts";
import { errorMessage, methodNotFound } from "../rpc-failure.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** A call as its legacy target gets it, and what it needs of the session. */
export interface Outgoing {
  readonly message: RpcMessage;
  readonly ask: (signal: AbortSignal) => AsyncIterable<TargetMessage>;
  /** Says something to the target, whether it hears it or not. */
  readonly tell: (message: RpcMessage) => void;
  /** Whether the client may be asked this by this call. */
  readonly mayAsk: (method: string) => boolean;
  /** Whether requests of its method can come back with answers at all. */
  readonly hasRounds: boolean;
}

/** One request of a modern client, as it comes. */
export interface Attending {
  readonly id: RpcId;
  readonly signal: AbortSignal;
  /** What of the target's notifications this client gets, as it gets it. */
  readonly show: (message: RpcMessage) => RpcMessage | null;
  /** The target's response, as this client gets it. */
  readonly finish: (response: RpcMessage) => RpcMessage;
  /** The call waits for its client to come back. */
  readonly park: () => void;
}

const mostAside = 1000;
/** More open questions than this are no conversation but a flood. */
const mostOpen = 64;
const tooMany = "Too many requests to the client are open.";
const notAsked = "The client can't be asked for this here.";

/**
 * A call under way at a legacy target. The target's questions end the modern client's request with `input_required`; the call waits until the client comes
 * back with the answers (2026-07-28, "Multi round-trip requests"), and is cancelled at the target when its client leaves in between.
 */
export class BridgedCall {
  /** Names this call in the client's next request. Letters only, so that no detector takes it for something to mask. */
  readonly state = `bridged-${randomBytes(16)
    .toString("hex")
    .replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "")}`;
  readonly #outgoing: Outgoing;
  readonly #left = new AbortController();
  readonly #heard: AsyncIterator<TargetMessage>;
  #next: Promise<IteratorResult<TargetMessage>> | null = null;
  /** Questions without an answer, by the name that the client knows them by. */
  readonly #questions = new Map<string, { readonly id: RpcId; readonly request: JsonObject }>();
  #asked = 0;
  /** What the target said for this call outside of its answer. */
  readonly #aside: RpcMessage[] = [];
  #news = Promise.withResolvers<void>();

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
    this.#heard = outgoing.ask(this.#left.signal)[Symbol.asyncIterator]();
  }

  get hasRounds(): boolean {
    return this.#outgoing.hasRounds;
  }

  /** A notification that came outside of the call's answer, and counts as its own. */
  note(message: RpcMessage): void {
    if (this.#aside.length < mostAside) this.#aside.push(message);
    this.#news.resolve();
  }

  /** What the call says up to its response, or to the questions that the client has to answer first. Throws TargetError. */
  async *attend(attending: Attending): Messages {
    const { signal } = attending;
    const leave = (): void => this.cancel();
    signal.addEventListener("abort", leave, { once: true });
    try {
      if (signal.aborted) leave();
      let last: RpcMessage | null = null;
      while (last === null) {
        const said = this.#questions.size > 0 ? this.#input(attending) : await this.#listen(attending);
        if (said !== null && kindOf(said) === "response") last = said;
        else if (said !== null) yield { message: said };
      }
      // Whoever gets the response goes then, and has not left before it.
      signal.removeEventListener("abort", leave);
      yield { message: last };
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** A question of the target's to this call's client. */
  ask({ id, method, params }: RpcMessage): void {
    if (!isRpcId(id) || typeof method !== "string") return;
    if (method === "ping") return this.#outgoing.tell({ jsonrpc: "2.0", id, result: {} });
    if (!this.#outgoing.mayAsk(method)) return this.#outgoing.tell(errorMessage(id, methodNotFound(notAsked)));
    if (this.#questions.size >= mostOpen) return this.#outgoing.tell(errorMessage(id, methodNotFound(tooMany)));
    this.#asked += 1;
    this.#questions.set(`q${this.#asked}`, { id, request: { method, ...(params === undefined ? {} : { params }) } });
    this.#news.resolve();
  }

  /** The client's answers; what it says of no open question goes nowhere. */
  answer(responses: Json | undefined): void {
    if (!isJsonObject(responses)) return;
    for (const [name, result] of Object.entries(responses)) {
      const question = this.#questions.get(name);
      if (question === undefined || !isJsonObject(result)) continue;
      this.#questions.delete(name);
      this.#outgoing.tell({ jsonrpc: "2.0", id: question.id, result });
    }
  }

  /** Nobody waits any more: the target is told, as its revision wants it. */
  cancel(): void {
    if (this.#left.signal.aborted) return;
    const { id } = this.#outgoing.message;
    const params = { requestId: id ?? null, reason: "The caller has gone." };
    this.#outgoing.tell({ jsonrpc: "2.0", method: "notifications/cancelled", params });
    this.#left.abort(new TargetError("timeout", "The caller has gone."));
  }

  /** The next message for the client; null where it was for the gateway. */
  async #listen({ show, finish }: Attending): Promise<RpcMessage | null> {
    const aside = this.#aside.shift();
    if (aside !== undefined) return show(aside);
    this.#next ??= this.#heard.next();
    this.#next.catch(() => undefined); // told when it is waited for
    // Made anew for each wait: one promise for all would keep every message that ever raced it.
    this.#news = Promise.withResolvers();
    const step = await Promise.race([this.#next, this.#news.promise]);
    if (step === undefined) return null;
    this.#next = null;
    if (step.done === true) throw new TargetError("crashed", "The target ended its answer without a response.");
    const { message } = step.value;
    if (message.method === "notifications/cancelled") this.takeBack(paramsOf(message).requestId);
    const kind = kindOf(message);
    if (kind !== "request") return kind === "response" ? finish(message) : show(message);
    this.ask(message);
    return null;
  }

  /** A question that the target takes back needs no answer. */
  takeBack(id: Json | undefined): void {
    for (const [name, question] of this.#questions) if (question.id === id) this.#questions.delete(name);
  }

  #input({ id, park }: Attending): RpcMessage {
    park();
    const inputRequests = Object.fromEntries([...this.#questions].map(([name, { request }]) => [name, request]));
    return { jsonrpc: "2.0", id, result: { resultType: "input_required", inputRequests, requestState: this.state } };
  }
}
