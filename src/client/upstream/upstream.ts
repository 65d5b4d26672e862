import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { CountersignError } from "../../shared/errors.ts";
import type { Ending } from "../departure.ts";
import type { Pass, PassSource } from "../pass.ts";
import { asksForSignIn } from "../step-up/demand.ts";
import { requestHeaders } from "../tunnel-headers.ts";
import type { RawHeaders } from "../loopback-guard.ts";
import { Exchange, type Answer } from "./answer.ts";
import { ownAddresses } from "./dispatcher.ts";
import { Lifeline } from "./lifeline.ts";
import { Lost, OutcomeUnknown, PersonLeft } from "./lost.ts";
import { gatewayTakesCalls, strange } from "./readiness.ts";
import { openRoads } from "./roads.ts";
import { isCertain, isWeather, weatherOf } from "./weather.ts";

/** One MCP request to the gateway, as a client sent it. */
export interface Asked {
  /** `POST`, `GET` or `DELETE`. */
  readonly method: Dispatcher.HttpMethod;
  /** The connection's name. */
  readonly connection: string;
  readonly headers: RawHeaders;
  /** A buffer can go again, a stream can't. */
  readonly body: Buffer | Readable | null;
  /** Whether it may go again after the gateway may have had it: it has no effect that could come twice. */
  readonly isRepeatable: () => boolean;
  /** Claims about this side: `Countersign-Client`, `Countersign-Device`. */
  readonly claims: () => Readonly<Record<string, string>>;
  readonly signal: Ending;
}

/** The way to the one gateway, for all clients: pooled connections, the session's pass, weather. */
export interface Upstream {
  /**
   * Resolves with the answer's head. Throws CountersignError, within 2 s where the gateway can't be reached: `OutcomeUnknown`
   * where it may have had the request, any other where it has not.
   */
  ask(asked: Asked): Promise<Answer>;
  /** Whoever was signed in has left: what is under way as theirs ends, streams and held calls among it. */
  leave(): void;
  close(): Promise<void>;
}

interface Try {
  /** The round in which the call was made. */
  readonly begun: number;
  readonly nowMs: number;
}

export interface UpstreamOptions {
  readonly origin: string;
  readonly pass: PassSource;
  readonly ca: string | undefined;
  /** The machine slept, or its network is another one. */
  readonly onOtherNetwork?: () => void;
}

export function createUpstream({ origin, pass, ca, onOtherNetwork: tell }: UpstreamOptions): Upstream {
  const roads = openRoads(origin, ca);
  const heard = (): void => lifeline.heard();
  /** Rises with each person that leaves: what was asked before is not theirs who comes after, wherever it waits. */
  let round = 0;

  const lifeline = new Lifeline({
    origin,
    ownAddresses,
    probe: (signal) => roads.apart((dispatcher) => gatewayTakesCalls(dispatcher, origin, signal)),
    onOtherNetwork(addresses) {
      roads.renew(addresses);
      tell?.();
    },
  });

  /** The provider, or the gateway, may take its time over a new pass; the next call finds it. */
  function inTime<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new CountersignError("transient", takesLong));
      const unwatch = lifeline.watch({ sent: false, answered: false, abort: late });
      promise.then(
        (value) => (unwatch(), resolve(value)),
        (error: Error) => (unwatch(), reject(error)),
      );
    });
  }

  /** One way there and back. Throws `Lost` where it may be tried once more, or where what became of it can't be known. */
  async function send(asked: Asked, shown: Pass, { begun, nowMs }: Try): Promise<Answer> {
    if (begun !== round) throw new PersonLeft();
    const exchange = new Exchange(heard);
    const onAbort = () => exchange.abort(new CountersignError("cancelled", "The client has gone."));
    asked.signal.addEventListener("abort", onAbort, { once: true });
    // Whoever keeps the call's signal, as what began a session does, keeps nothing of the exchange.
    const leave = () => asked.signal.removeEventListener("abort", onAbort);
    const unwatch = lifeline.watch(exchange, nowMs);
    let answer: Answer;
    try {
      if (asked.signal.aborted) onAbort();
      const { method, connection, body } = asked;
      const path = `/mcp/${connection}`;
      const ours = { ...shown.headers(method, path), ...asked.claims() };
      const headers = requestHeaders(asked.headers, body === null, ours);
      // A held call may wait for its decision as long as the gateway lets it.
      const request = { origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 };
      roads.dispatch(request, exchange);
      answer = await exchange.head;
    } catch (cause) {
      if (asked.signal.aborted) throw cause;
      const isUnknown = exchange.sent && !asked.isRepeatable();
      // Not sent again. A proxy's connections don't say what they were ended with.
      if (begun !== round) throw isUnknown ? new OutcomeUnknown(new PersonLeft()) : new PersonLeft();
      if (isCertain(cause) || !exchange.sent || cause instanceof CountersignError) lifeline.failed(cause);
      throw new Lost(weatherOf(cause, origin), isUnknown);
    } finally {
      unwatch();
      // A short answer came whole.
      if (exchange.isOver) leave();
    }
    if (!exchange.isOver) {
      // A client's own stream (`GET`) may rest for hours.
      const unfollow = asked.method === "POST" ? lifeline.follow(exchange) : null;
      exchange.onOver = () => {
        leave();
        unfollow?.();
      };
    }
    const other = strange(answer, origin);
    if (other === null) return answer;
    answer.drop();
    lifeline.failed(other.error);
    throw new Lost(other.error, !other.isUntouched && !asked.isRepeatable());
  }

  /** The pass; where the way to the gateway is what stands against one, the call can wait it out as any other. */
  async function shownBy(coming: Promise<Pass>): Promise<Pass> {
    try {
      return await inTime(coming);
    } catch (error) {
      if (!(error instanceof CountersignError) || !isWeather(error.code)) throw error;
      throw new Lost(lifeline.failed(error), false);
    }
  }

  return {
    async ask(asked) {
      const begun = round;
      // undici ends a stream that it was to send, whether it began or not.
      const isStream = asked.body !== null && !Buffer.isBuffer(asked.body);
      let nowMs = Date.now();
      let untilMs = nowMs + patienceMs;
      let refused: Pass | null = null;
      for (;;) {
        // The clock is read once where nothing has to be waited for.
        const isClear = lifeline.isClear(nowMs);
        if (!isClear) await lifeline.ready(untilMs);
        try {
          const given = pass({ refused });
          const isAtHand = !(given instanceof Promise);
          const shown: Pass = isAtHand ? given : await shownBy(given);
          if (!isClear || !isAtHand) nowMs = Date.now();
          const answer = await send(asked, shown, { begun, nowMs });
          if (answer.status !== 401 || asksForSignIn(answer)) return passable(answer, asked);
          answer.drop();
          if (refused !== null)
            throw new CountersignError("reauthentication_needed", "The gateway refuses this session: sign in again.");
          if (isStream) {
            await pass({ refused: shown });
            throw new CountersignError("transient", "The session was renewed during this call: call again.");
          }
          // The token ended under way. The gateway forwards nothing before it is verified, so the same request may go again.
          refused = shown;
          nowMs = Date.now();
          untilMs = nowMs + patienceMs;
        } catch (error) {
          if (!(error instanceof Lost)) throw error;
          if (error.isUnknown) throw new OutcomeUnknown(error.weather);
          nowMs = Date.now();
          if (isStream || asked.signal.aborted || nowMs >= untilMs) throw error.weather;
        }
      }
    },
    leave() {
      round += 1;
      roads.leave(new PersonLeft());
    },
    async close() {
      lifeline.close();
      await roads.close();
    },
  };
}

/** How long a call waits for the gateway, so that its client hears within 2 s. */
const patienceMs = 1_400;

/** A redirect would lead the client, with its token, to an address that nobody pinned; what redirects may have had the call done before. */
function passable(answer: Answer, asked: Asked): Answer {
  if (answer.status < 300 || answer.status >= 400) return answer;
  answer.drop();
  const error = new CountersignError("misconfigured", "The gateway's address redirects elsewhere: ask who runs it.");
  throw asked.isRepeatable() ? error : new OutcomeUnknown(error);
}

const takesLong = "The sign-in provider takes long to renew the session: call again in a moment.";
