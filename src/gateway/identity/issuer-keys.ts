import { readFile } from "node:fs/promises";
import { createLocalJWKSet, errors, type CryptoKey, type JWSHeaderParameters } from "jose";
import { Agent, fetch as undiciFetch } from "undici";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import type { IssuerConfig } from "../config-schema.ts";
import { isProtectedUrl } from "../../shared/protected-url.ts";

/** What is needed of `fetch`: one GET that follows no redirect. */
export type FetchText = (
  url: string,
  signal: AbortSignal,
) => Promise<{ readonly status: number; text(): Promise<string> }>;

export interface IssuerKeysOptions {
  readonly now: () => number;
  readonly fetch?: FetchText | undefined;
  /** Called when a reload brought other keys than before. */
  readonly onChange: () => void;
}

const timeoutMs = 5000;
/**
 * After a success, an unknown `kid` causes a new request after the shorter time, so that a key that was changed at once stops nobody for long;
 * after a few such requests only after the longer one, as anybody can make up a `kid`. After a failure, nothing does for the shorter time.
 */
const cooldownMs = 30_000;
const retryMs = 1000;
const mostEarly = 3;
const oldAfterMs = 600_000;
const largestAnswer = 1_000_000;

interface KnownKeys {
  readonly text: string;
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly atMs: number;
}

/**
 * The signature keys of one issuer, by discovery (OpenID Connect Discovery 1.0, section 4) or from `jwksUri`. Known keys stay good while the
 * issuer is down; a successful reload replaces them, so that a key the issuer has withdrawn ends with the next reload.
 */
export class IssuerKeys {
  readonly #issuer: IssuerConfig;
  readonly #options: IssuerKeysOptions;
  readonly #source: Source;
  #known: KnownKeys | null = null;
  #failure: { readonly error: CountersignError; readonly atMs: number } | null = null;
  #loading: Promise<void> | null = null;
  /** Loads that came within the cooldown of the one before, in a row. */
  #early = 0;

  constructor(issuer: IssuerConfig, options: IssuerKeysOptions) {
    this.#issuer = issuer;
    this.#options = options;
    this.#source = createSource(issuer, options.fetch);
  }

  /** The one key a token's header names. Throws CountersignError `token_invalid` or `issuer_unreachable`. */
  async keyFor(header: JWSHeaderParameters): Promise<CryptoKey> {
    const known = await this.#find(header);
    if (known !== null) return known;
    await this.#reload();
    const fresh = await this.#find(header);
    if (fresh !== null) return fresh;
    if (this.#failure !== null) throw this.#failure.error;
    throw new CountersignError("token_invalid", "The token is signed with a key that its issuer doesn't publish.");
  }

  /** Starts a reload in the background where the keys are older than ten minutes. */
  refresh(): void {
    if (this.#known !== null && this.#options.now() >= this.#known.atMs + oldAfterMs) void this.#reload();
  }

  get isKnown(): boolean {
    return this.#known !== null;
  }

  /** Whether keys are known; asks for them where none are, as often as a token would. */
  async ready(): Promise<boolean> {
    if (this.#known === null) await this.#reload();
    return this.#known !== null;
  }

  close(): void {
    this.#source.close();
  }

  async #find(header: JWSHeaderParameters): Promise<CryptoKey | null> {
    try {
      return (await this.#known?.find(header)) ?? null;
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey) return null;
      const message = "The token's header names no single key of its issuer.";
      throw new CountersignError("token_invalid", message, { cause });
    }
  }

  /** Never rejects: a failure is kept, and known keys with it. */
  async #reload(): Promise<void> {
    const failure = this.#failure;
    const pauseMs = this.#early < mostEarly ? retryMs : cooldownMs;
    const notBefore = failure === null ? (this.#known?.atMs ?? -Infinity) + pauseMs : failure.atMs + retryMs;
    if (this.#loading === null && this.#options.now() < notBefore) return;
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    await this.#loading;
  }

  async #load(): Promise<void> {
    const { now, onChange } = this.#options;
    try {
      const text = await this.#source.read();
      const find = createLocalJWKSet(jwks.parse(JSON.parse(text)));
      if (this.#known !== null && this.#known.text !== text) onChange();
      this.#early = this.#known !== null && now() < this.#known.atMs + cooldownMs ? this.#early + 1 : 0;
      this.#known = { text, find, atMs: now() };
      this.#failure = null;
    } catch (cause) {
      this.#failure = { error: unreachable(this.#issuer, cause), atMs: now() };
    }
  }
}

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const metadata = z.object({ issuer: z.string(), jwks_uri: z.string() });

interface Source {
  /** The text of the issuer's key set. */
  read(): Promise<string>;
  close(): void;
}

function createSource(issuer: IssuerConfig, given: FetchText | undefined): Source {
  let agent: Agent | null = null;
  let jwksUri = issuer.jwksUri ?? null;
  const connect: FetchText = async (url, signal) => {
    agent ??= await createAgent(issuer);
    return await undiciFetch(url, { signal, redirect: "error", dispatcher: agent });
  };
  const get = async (url: string): Promise<string> => {
    if (!isProtectedUrl(url)) throw new Error(`${url} is neither https nor on this machine`);
    const response = await (given ?? connect)(url, AbortSignal.timeout(timeoutMs));
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    const text = await response.text();
    if (text.length > largestAnswer) throw new Error(`${url} answered more than a megabyte`);
    return text;
  };
  return {
    async read() {
      if (jwksUri === null) {
        const found = metadata.parse(JSON.parse(await get(discoveryUrl(issuer.issuer))));
        // OpenID Connect Discovery 1.0, section 4.3: a document that speaks for another issuer must not be used.
        if (found.issuer !== issuer.issuer) throw new Error(`the metadata names another issuer, ${found.issuer}`);
        jwksUri = found.jwks_uri;
      }
      try {
        return await get(jwksUri);
      } catch (error) {
        // The address may have moved: the next attempt asks for it again.
        jwksUri = issuer.jwksUri ?? null;
        throw error;
      }
    },
    close: () => void agent?.destroy(),
  };
}

async function createAgent(issuer: IssuerConfig): Promise<Agent> {
  const ca = issuer.ca === undefined ? {} : { ca: await readFile(issuer.ca, "utf8") };
  return new Agent({ connect: { ...ca, timeout: timeoutMs }, keepAliveTimeout: 1000, connections: 2 });
}

function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

function unreachable(issuer: IssuerConfig, cause: unknown): CountersignError {
  const message = `The keys of the issuer "${issuer.name}" can't be read; see whether the gateway reaches ${issuer.issuer}.`;
  return new CountersignError("issuer_unreachable", message, { cause });
}
