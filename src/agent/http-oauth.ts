import { request } from "undici";
import { z } from "zod";
import { TargetError, type OAuthSpec } from "../shared/target.ts";

/** A token counts as used up this long before its end, or in its last fifth where that is shorter. */
const marginMs = 60_000;
/** Where the answer says nothing of an end (RFC 6749, section 5.1: expires_in is only recommended). */
const usualLifeS = 300;
const answerMs = 10_000;
const mostAnswerBytes = 64 * 1024;

const answer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,16384}$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().optional(),
});

interface Token {
  readonly value: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** The bearer token of one target by OAuth client credentials (RFC 6749, section 4.4). It stays in this process's memory. */
export class ClientCredentials {
  readonly #spec: OAuthSpec;
  readonly #now: () => number;
  #token: Token | undefined;
  /** The request under way: all who need a token wait for the same one. */
  #fetching: Promise<Token> | undefined;

  constructor(spec: OAuthSpec, now: () => number = Date.now) {
    this.#spec = spec;
    this.#now = now;
  }

  /** A token that is good now, renewed before it ends. Throws TargetError `unreachable`: without one nothing is sent to the target. */
  async token(): Promise<string> {
    const known = this.#token;
    if (known !== undefined && this.#now() < known.renewAtMs) return known.value;
    try {
      this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
      this.#token = await this.#fetching;
      return this.#token.value;
    } catch (error) {
      // Renewal begins early, so that one failure of the token endpoint fails no call.
      if (known !== undefined && this.#token === known && this.#now() < known.endsAtMs) return known.value;
      throw error;
    }
  }

  /** The target refused this token: the next call gets another. */
  refused(value: string): void {
    if (this.#token?.value === value) this.#token = undefined;
  }

  async #fetch(): Promise<Token> {
    const atMs = this.#now();
    const { access_token: value, expires_in: lifeS = usualLifeS } = await this.#ask();
    const lifeMs = lifeS * 1000;
    return { value, renewAtMs: atMs + lifeMs - Math.min(marginMs, lifeMs / 5), endsAtMs: atMs + lifeMs };
  }

  async #ask(): Promise<z.infer<typeof answer>> {
    const { tokenUrl, clientId, clientSecret, scope } = this.#spec;
    const form = new URLSearchParams({ grant_type: "client_credentials", ...(scope && { scope }) });
    // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
    const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString("base64");
    const headers = {
      authorization: `Basic ${basic}`,
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    };
    try {
      const signal = AbortSignal.timeout(answerMs);
      const { statusCode, body } = await request(tokenUrl, { method: "POST", headers, body: form.toString(), signal });
      const text = await limited(body);
      if (statusCode !== 200) throw noToken(`answered with status ${statusCode}`);
      const parsed = answer.safeParse(JSON.parse(text));
      if (!parsed.success) throw noToken("did not answer with a bearer token");
      return parsed.data;
    } catch (error) {
      if (error instanceof TargetError) throw error;
      // No cause: a parser's words could quote the token.
      throw noToken(error instanceof SyntaxError ? "did not answer with JSON" : "could not be reached");
    }
  }
}

async function limited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > mostAnswerBytes) throw noToken("answered at too great a length");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

function noToken(why: string): TargetError {
  return new TargetError("unreachable", `The target's token endpoint ${why}, so nothing was sent to the target.`);
}
