import type { Hidden } from "../../shared/approval.ts";
import type { JsonObject } from "../../shared/json.ts";
import { jsonPieces, longText, outweighs } from "../../shared/json-pieces.ts";
import type { Sliced } from "../../shared/slices.ts";
import type { RpcId, RpcMessage } from "../../shared/target.ts";
import { inTurns } from "../in-turns.ts";
import { answerTooLarge } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";

/** How many bytes the answer of a call may have, and the rule that says so. */
export interface AnswerLimit {
  readonly rule: string;
  readonly mostBytes: number;
}

/** What became of an answer's last message. `tooLarge` is for the record. */
interface Measured {
  readonly response: RpcMessage;
  readonly hidden: readonly Hidden[];
  readonly tooLarge?: JsonObject;
}

/**
 * Measures all that one call's answer says, in UTF-8 bytes of the masked messages, and holds back what comes after the limit. The call
 * itself goes on to its end, so that its outcome is known. Without a limit nothing is measured.
 */
export class AnswerSize {
  readonly #limit: AnswerLimit | undefined;
  #bytes = 0;

  constructor(limit: AnswerLimit | undefined) {
    this.#limit = limit;
  }

  /** Whether more was said than may be. */
  get over(): boolean {
    return this.#limit !== undefined && this.#bytes > this.#limit.mostBytes;
  }

  /** Counts a message that comes before the response: whether it may be passed on. */
  async takes(message: RpcMessage): Promise<boolean> {
    await this.#count(message);
    // A question is open already, and its target waits; the next is refused.
    return !this.over || message.id !== undefined;
  }

  /** Counts the response: itself, or, where the answer has become too large, the error in its place. */
  async last(response: RpcMessage, hidden: readonly Hidden[], id: RpcId): Promise<Measured> {
    await this.#count(response);
    if (this.#limit === undefined || !this.over) return { response, hidden };
    const { rule, mostBytes } = this.#limit;
    const tooLarge = { bytes: this.#bytes, mostBytes, rule };
    return { response: errorMessage(id, answerTooLarge(tooLarge)), hidden: [], tooLarge };
  }

  async #count(message: RpcMessage): Promise<void> {
    if (this.#limit === undefined) return;
    const isLong = outweighs(message, longText);
    this.#bytes += isLong ? await inTurns(bytesOf(message)) : Buffer.byteLength(JSON.stringify(message));
  }
}

function* bytesOf(message: RpcMessage): Sliced<number> {
  let bytes = 0;
  for (const piece of jsonPieces(message, "own")) {
    bytes += Buffer.byteLength(piece);
    yield;
  }
  return bytes;
}
