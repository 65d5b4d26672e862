import type { CountersignError } from "../../shared/errors.ts";
import { UnderWay } from "../../shared/under-way.ts";
import { Followed } from "./followed.ts";
import { isCertain, weatherOf } from "./weather.ts";
import { within } from "./within.ts";

/** What the lifeline watches of a request: whether it is with the gateway, and since when nothing came back. */
export interface Watched {
  readonly sent: boolean;
  readonly answered: boolean;
  abort(reason: Error): void;
}

export interface LifelineOptions {
  readonly origin: string;
  /** Asks over a new connection whether the gateway takes calls. Rejects with what it failed with. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  /** The machine slept, or its network is another one: what lay open before is not to be used again. */
  readonly onOtherNetwork: (addresses: ReadonlySet<string>) => void;
  readonly ownAddresses: () => ReadonlySet<string>;
  readonly now?: () => number;
  readonly random?: () => number;
}

/**
 * Knows whether the gateway can be reached, for all clients together: when it can't, they wait for one probe, with
 * jittered pauses between probes, and each hears within 2 s what the weather is.
 */
export class Lifeline {
  readonly #options: LifelineOptions;
  readonly #now: () => number;
  readonly #watched = new UnderWay<{ readonly request: Watched; readonly sinceMs: number }>();
  readonly #followed = new Followed();
  #beat: NodeJS.Timeout;
  #beatMs = idleBeatMs;
  #down: { readonly error: CountersignError; readonly tries: number } | null = null;
  #coming: Promise<CountersignError | null> | null = null;
  #heardMs = 0;
  #goodProbeMs = -Infinity;
  #lastBeatMs: number;
  #networkMs = 0;
  #wokeMs = -Infinity;
  #addresses: ReadonlySet<string>;

  constructor(options: LifelineOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#lastBeatMs = this.#now();
    this.#addresses = options.ownAddresses();
    this.#beat = this.#every(idleBeatMs);
  }

  /** Whether nothing stands in the way, as far as is known: `ready` would return at once. */
  isClear(nowMs = this.#now()): boolean {
    return this.#down === null && nowMs - this.#lastBeatMs <= sleptMs;
  }

  /** Returns at once while the gateway is reached; otherwise waits for a probe, until `untilMs`. Throws what stands in the way. */
  async ready(untilMs: number): Promise<void> {
    // A timer that the sleep held up comes after the call that the person makes first.
    if (this.#now() - this.#lastBeatMs > sleptMs) this.#look();
    while (this.#down !== null) {
      const { error } = this.#down;
      const found = await within(this.#nextProbe(), untilMs - this.#now(), error);
      if (found === null) return;
      if (found === error || found.code === "gateway_untrusted" || this.#now() >= untilMs) throw found;
    }
  }

  /** Bytes came from the gateway. */
  heard(): void {
    this.#heardMs = this.#now();
  }

  /** A connection could not be made, or the gateway said that it takes nothing now. Answers what is to be said of it. */
  failed(cause: unknown): CountersignError {
    const error = weatherOf(cause, this.#options.origin);
    this.#down = { error, tries: this.#down?.tries ?? 0 };
    return error;
  }

  /** Gives a request up that gets no connection, or whose gateway has gone, in time for its client to hear of it. */
  watch(request: Watched, sinceMs = this.#now()): () => void {
    const place = this.#watched.enter({ request, sinceMs });
    if (this.#beatMs !== busyBeatMs) this.#every(busyBeatMs);
    return () => void this.#watched.leave(place);
  }

  /** Gives an answer under way up once the gateway has silently gone, until what is returned is called. */
  follow(answer: Pick<Watched, "abort">): () => void {
    if (this.#beatMs === idleBeatMs) this.#every(quietBeatMs);
    return this.#followed.add(answer);
  }

  close(): void {
    clearInterval(this.#beat);
  }

  #every(ms: number): NodeJS.Timeout {
    clearInterval(this.#beat);
    this.#beatMs = ms;
    this.#beat = setInterval(() => this.#look(), ms).unref();
    return this.#beat;
  }

  /** The one probe that all wait for. */
  #nextProbe(): Promise<CountersignError | null> {
    this.#coming ??= this.#probeSoon().finally(() => (this.#coming = null));
    return this.#coming;
  }

  async #probeSoon(): Promise<CountersignError | null> {
    const tries = this.#down?.tries ?? 0;
    const random = this.#options.random ?? Math.random;
    // From half of it up to the whole: many machines whose gateway comes back don't come in step.
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + random() / 2);
    await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    return await this.#probe();
  }

  async #probe(): Promise<CountersignError | null> {
    try {
      await this.#options.probe(AbortSignal.timeout(probeMs));
      this.#goodProbeMs = this.#now();
      this.#down = null;
      this.#followed.probed(null);
      return null;
    } catch (cause) {
      const tries = (this.#down?.tries ?? 0) + 1;
      const error = weatherOf(cause, this.#options.origin);
      this.#down = { error, tries };
      this.#followed.probed(error);
      return error;
    }
  }

  #look(): void {
    const nowMs = this.#now();
    const slept = nowMs - this.#lastBeatMs > sleptMs;
    this.#lastBeatMs = nowMs;
    if (slept) this.#wokeMs = nowMs;
    if (slept || nowMs - this.#networkMs >= networkMs) this.#lookAtNetwork(slept);
    const quietForMs = nowMs - Math.max(this.#heardMs, this.#goodProbeMs, this.#wokeMs);
    if (this.#followed.isDoubtful(quietForMs) && this.#coming === null) void this.#nextProbe();
    if (this.#watched.size === 0) {
      const beatMs = this.#followed.size === 0 ? idleBeatMs : quietBeatMs;
      if (this.#beatMs !== beatMs) this.#every(beatMs);
      return;
    }
    const watched = this.#watched.all();
    for (const { request, sinceMs } of watched)
      if (!request.sent && nowMs - sinceMs >= connectMs) request.abort(slow());
    const waits = watched.some(
      ({ request, sinceMs }) => request.sent && !request.answered && nowMs - sinceMs >= silentMs,
    );
    const known = Math.max(this.#heardMs, this.#goodProbeMs + trustProbeMs);
    if (waits && nowMs - known >= silentMs) void this.#doubt(nowMs);
  }

  #lookAtNetwork(slept: boolean): void {
    this.#networkMs = this.#lastBeatMs;
    const addresses = this.#options.ownAddresses();
    const same = addresses.size === this.#addresses.size && [...addresses].every((each) => this.#addresses.has(each));
    this.#addresses = addresses;
    if (!same || slept) this.#options.onOtherNetwork(addresses);
  }

  /** Nothing has come for a while, and somebody waits: is the gateway still there? A call that merely takes long is left alone. */
  async #doubt(sinceMs: number): Promise<void> {
    if (this.#coming !== null) return;
    this.#coming = this.#probe().finally(() => (this.#coming = null));
    const error = await this.#coming;
    if (error === null) return;
    // Whatever came meanwhile shows a gateway that is busy rather than gone.
    const gone = this.#heardMs < sinceMs || isCertain(error.cause);
    if (!gone) return;
    for (const { request, sinceMs: atMs } of this.#watched.all())
      if (request.sent && !request.answered && atMs < sinceMs) request.abort(error);
  }
}

/** While somebody waits for the gateway, and while nobody does. */
const busyBeatMs = 250;
const idleBeatMs = 5_000;
/** While an answer is under way. */
const quietBeatMs = 1_000;
const networkMs = 1_000;
const sleptMs = 10_000;
/** In all below 2 s, with a beat's delay: to connect; or to be silent, and then to be probed. */
const connectMs = 1_250;
const silentMs = 500;
const probeMs = 1_000;
const trustProbeMs = 5_000;
const firstPauseMs = 100;
const longestPauseMs = 1_000;

function slow(): Error {
  return Object.assign(new Error("No connection in time."), { code: "ETIMEDOUT" });
}
