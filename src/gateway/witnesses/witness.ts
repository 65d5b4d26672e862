import { Agent, request } from "undici";
import { cosignatureIn, type WitnessKey } from "./cosignature.ts";

/** A tree's head as the gateway signed it. */
export interface Head {
  readonly size: number;
  readonly note: string;
}

export type WitnessAnswer =
  /** The same note with the witness's signature beside the gateway's. */
  | { readonly kind: "cosigned"; readonly note: string }
  /** It knows the log at another size than was said. */
  | { readonly kind: "knows"; readonly size: number }
  /** It knows the log with other contents: one of the two histories is not this gateway's. */
  | { readonly kind: "contradicts"; readonly why: string };

export interface WitnessWay {
  readonly url: string;
  /** PEM. */
  readonly ca: string | undefined;
  readonly key: WitnessKey;
}

const timeoutMs = 20_000;
const mostAnswerBytes = 16_384;

/** One witness, asked as C2SP tlog-witness has it. */
export class Witness {
  readonly #way: WitnessWay;
  readonly #dispatcher: Agent;

  constructor(way: WitnessWay) {
    this.#way = way;
    const { ca } = way;
    this.#dispatcher = new Agent({ connect: ca === undefined ? {} : { ca }, connections: 1, keepAliveTimeout: 90_000 });
  }

  /** `proof`: that the head's tree continues the one of `oldSize` leaves. Throws where there is no answer, or none that tells. */
  async cosign(head: Head, oldSize: number, proof: readonly Buffer[], signal: AbortSignal): Promise<WitnessAnswer> {
    const hashes = proof.map((hash) => `${hash.toString("base64")}\n`).join("");
    const answer = await request(`${this.#way.url.replace(/\/$/, "")}/add-checkpoint`, {
      dispatcher: this.#dispatcher,
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: `old ${oldSize}\n${hashes}\n${head.note}`,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await limited(answer.body);
    switch (answer.statusCode) {
      case 200:
        return this.#cosigned(head, text);
      case 409: {
        const size = /^(0|[1-9]\d{0,14})\n$/.exec(text)?.[1];
        if (size === undefined) throw new Error("it answered 409 without a size");
        if (Number(size) !== oldSize) return { kind: "knows", size: Number(size) };
        return { kind: "contradicts", why: "it knows a tree of this size with another root" };
      }
      case 422:
        return { kind: "contradicts", why: "the ledger does not continue the tree that it knows" };
      default:
        throw new Error(`it answered ${answer.statusCode}`);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #cosigned(head: Head, text: string): WitnessAnswer {
    const { key } = this.#way;
    const line = cosignatureIn(key, head.note, text);
    if (line === null) throw new Error("its answer has no cosignature by its key");
    return { kind: "cosigned", note: head.note + line };
  }
}

async function limited(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) throw new Error("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
