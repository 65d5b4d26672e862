import type { SignedOut } from "../../shared/console.ts";
import type { Adapter } from "./adapter.ts";
import { browserFailure, endOf, redeem, untilEnd } from "./attempt.ts";
import { askedToWait, asksForMore, isSignInFault, moreIsAsked, refusalFault } from "./faults.ts";
import { endingOf, endings } from "./page.ts";
import { openReceiver, type Callback, type Receiver } from "./receiver.ts";
import type { Challenge, SignIn, Tokens } from "./sign-in.ts";
import type { Transport } from "./transport.ts";

const defaultTimeoutMs = 180_000;
const defaultValidityMs = 60_000;
/** Providers' codes last about so long; theirs may end sooner. */
const codeTimeoutMs = 900_000;
/** How long a browser that comes back too late is told so. */
const lateMs = 300_000;

/** The SignIn that all providers share; what differs is the adapter. `now` in ms. */
export function signInThrough(adapter: Adapter, transport: Transport, now: () => number): SignIn {
  return new Session(adapter, transport, now);
}

type SignInOptions = Parameters<SignIn["signIn"]>[0];

class Session implements SignIn {
  readonly #adapter: Adapter;
  readonly #transport: Transport;
  readonly #now: () => number;
  #held: Tokens | null = null;
  #refreshing: Promise<Tokens> | null = null;
  /** The interactive sign-in under way. */
  #attempt: AbortController | null = null;
  /** What the provider or the gateway demanded last, until a sign-in brought it. */
  #challenge: Challenge | null = null;
  #moreIsAsked = false;
  /** The receiver of a sign-in that has ended without its browser. */
  #late: Receiver | null = null;
  /** Steps run one after the other: a late refresh must not undo a sign-in or a sign-out. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(adapter: Adapter, transport: Transport, now: () => number) {
    this.#adapter = adapter;
    this.#transport = transport;
    this.#now = now;
  }

  async signIn(options: SignInOptions): Promise<Tokens> {
    this.#cancelAttempt();
    this.#challenge = options.challenge ?? this.#challenge;
    const attempt = new AbortController();
    this.#attempt = attempt;
    const usualMs = options.showCode === undefined ? defaultTimeoutMs : codeTimeoutMs;
    const ended = endOf(options.signal, attempt.signal, options.timeoutMs ?? usualMs);
    try {
      if (options.showCode !== undefined) return await this.#byCode(options.showCode, ended.signal);
      return await this.#interact((url) => options.openBrowser(url), ended.signal);
    } finally {
      ended.clear();
      if (this.#attempt === attempt) this.#attempt = null;
    }
  }

  async token(options: Parameters<SignIn["token"]>[0] = {}): Promise<Tokens> {
    const { minValidityMs = defaultValidityMs, force = false, challenge } = options;
    if (challenge !== undefined) return this.#alone(() => this.#meet(challenge));
    const held = this.#valid(minValidityMs);
    if (held !== null && !force) return held;
    // The last token of a session that can't be renewed is good to its end.
    const last = this.#valid(1);
    if (last !== null && isLast(last)) return last;
    this.#refreshing ??= this.#alone(async () => {
      // A sign-in may have been before us in the queue.
      const newer = force ? null : this.#valid(minValidityMs);
      return newer ?? (await this.#refresh());
    }).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  isMoreAsked(): boolean {
    return this.#moreIsAsked;
  }

  async signOut(): Promise<Omit<SignedOut, "gateway">> {
    this.#cancelAttempt();
    return this.#alone(async () => {
      this.#held = null;
      this.#met();
      const ended = await this.#adapter.signOut();
      return { ...ended, kept: await this.#adapter.holds() };
    });
  }

  close(): void {
    this.#cancelAttempt();
    this.#late?.close();
    this.#held = null;
    this.#transport.close();
  }

  async #interact(openBrowser: (url: string) => void | Promise<void>, ended: AbortSignal): Promise<Tokens> {
    ended.throwIfAborted();
    this.#late?.close();
    const receiver = await openReceiver(this.#adapter.redirect);
    let callback: Callback | null = null;
    try {
      const authorization = await untilEnd(
        this.#alone(() => this.#named(() => this.#adapter.authorize(receiver.redirectUri, this.#challenge))),
        ended,
      );
      const waiting = receiver.wait(authorization.state, ended);
      callback = await Promise.race([waiting, browserFailure(openBrowser, authorization.url)]);
      const { url } = callback;
      const tokens = await this.#alone(() => this.#named(() => redeem(authorization, url)));
      this.#held = tokens;
      this.#met();
      callback.answer(endings.signedIn);
      return tokens;
    } catch (error) {
      callback?.answer(endingOf(error));
      throw error;
    } finally {
      if (callback === null) this.#leave(receiver);
      else receiver.close();
    }
  }

  async #byCode(showCode: NonNullable<SignInOptions["showCode"]>, ended: AbortSignal): Promise<Tokens> {
    ended.throwIfAborted();
    const code = await untilEnd(
      this.#alone(() => this.#named(() => this.#adapter.device(this.#challenge))),
      ended,
    );
    showCode({ userCode: code.userCode, url: code.url });
    // Not in the queue: the session of before is renewed meanwhile.
    await untilEnd(code.wait(ended), ended);
    const tokens = await this.#alone(() => this.#named(() => code.redeem()));
    this.#held = tokens;
    this.#met();
    return tokens;
  }

  #met(): void {
    this.#challenge = null;
    this.#moreIsAsked = false;
  }

  /** The person may still be at the provider's page: their browser finds words there, not a refused connection. */
  #leave(receiver: Receiver): void {
    this.#late?.close();
    this.#late = receiver;
    receiver.linger(lateMs);
  }

  /** A token that meets the challenge, silently; where it takes a person, the session stays and the next sign-in brings it. */
  async #meet(challenge: Challenge): Promise<Tokens> {
    try {
      this.#held = await this.#named(() => this.#adapter.refresh(challenge));
      return this.#held;
    } catch (error) {
      if (!isSignInFault(error) || error.code !== "reauthentication_needed") throw error;
      this.#challenge ??= challenge;
      throw moreIsAsked(error);
    }
  }

  async #refresh(): Promise<Tokens> {
    if (this.#now() < this.#transport.quietUntilMs()) throw askedToWait();
    try {
      this.#held = await this.#named(() => this.#adapter.refresh(null));
      return this.#held;
    } catch (error) {
      if (isSignInFault(error) && error.code === "reauthentication_needed") {
        this.#held = null;
        await this.#adapter.forget();
      }
      throw error;
    }
  }

  #valid(minValidityMs: number): Tokens | null {
    return this.#held !== null && this.#held.expiresAtMs - this.#now() >= minValidityMs ? this.#held : null;
  }

  #cancelAttempt(): void {
    this.#attempt?.abort();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Runs a step of the adapter and gives its failure one of our codes: the network's fault first, then the provider's word. */
  async #named<T>(step: () => Promise<T>): Promise<T> {
    this.#transport.takeFault();
    try {
      return await step();
    } catch (error) {
      const fault = this.#transport.takeFault();
      if (fault !== null) throw fault;
      if (isSignInFault(error)) throw error;
      const demanded = this.#adapter.challengeIn(error);
      const code = this.#adapter.codeOf(error);
      this.#challenge = demanded ?? this.#challenge;
      if (demanded !== null || asksForMore(code)) this.#moreIsAsked = true;
      throw refusalFault(code, error);
    }
  }
}

function isLast({ expiresAtMs, sessionEndsAtMs }: Tokens): boolean {
  return sessionEndsAtMs !== undefined && sessionEndsAtMs <= expiresAtMs;
}
