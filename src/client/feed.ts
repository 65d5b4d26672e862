import { Agent } from "node:https";
import { WebSocket } from "ws";
import { backoffMs } from "../shared/backoff.ts";
import { mostFrameBytes } from "../shared/feed.ts";
import type { LookingFrame } from "../shared/looking.ts";
import type { LinkTrouble } from "../shared/link-trouble.ts";
import { createFrameReader, type FrameTakers, type Place } from "./feed-frames.ts";
import type { Looks } from "./looks.ts";
import { paced } from "./paced.ts";
import type { Pass, PassSource } from "./pass.ts";
import { troubleOf, troubleOfStatus, troubleOfToken } from "./link-trouble.ts";
import { messageText } from "./message-text.ts";
import { trusting, trustingSystem } from "./trust.ts";

export interface FeedOptions extends FrameTakers {
  /** The pinned origin; nothing is shown elsewhere. */
  readonly origin: string;
  readonly pass: PassSource;
  readonly ca: string | undefined;
  /** What the person looks at, which the gateway is told. */
  readonly looks: Pick<Looks, "get" | "onChange">;
  /** For tests: how long silence may last (40 s), and the wait before a try. */
  readonly silenceMs?: number;
  readonly waitMs?: (attempt: number) => number;
}

/** The approvals stream, kept open from `start` to `stop`, resuming where it was. */
export interface Feed {
  start(): void;
  /** Ends the stream and forgets where it was: the next start takes a whole snapshot. */
  stop(): void;
  /** Tries at once instead of at the planned time. */
  retry(): void;
}

export function createFeed(options: FeedOptions): Feed {
  let running: AbortController | null = null;
  let hurry: (() => void) | null = null;
  return {
    start() {
      if (running !== null) return;
      running = new AbortController();
      void keepOpen(options, running.signal, (wake) => (hurry = wake));
    },
    stop() {
      running?.abort();
      running = null;
      hurry?.();
      options.onLink({ link: "offline", nextTryAtMs: null, trouble: null });
    },
    retry: () => hurry?.(),
  };
}

/** Why a connection ended; `settled` where it had been live long enough that the next failure counts as the first. */
interface End {
  readonly settled: boolean;
  /** What the gateway takes no more. */
  readonly refused: Pass | null;
  readonly trouble: LinkTrouble | null;
}

const silenceMs = 40_000;
/** docs/protocol.md: the token ended. */
const tokenEndedCode = 4401;
/** A gateway that takes a connection and drops it at once is backed off from like one that takes none. */
const settledAfterMs = 5_000;

async function keepOpen(options: FeedOptions, signal: AbortSignal, onWait: (wake: (() => void) | null) => void) {
  const place: Place = { after: null };
  const waitMs = options.waitMs ?? ((attempt) => backoffMs(attempt));
  let attempt = 0;
  let refused: Pass | null = null;
  let trouble: LinkTrouble | null = null;
  while (!signal.aborted) {
    options.onLink({ link: "connecting", nextTryAtMs: null, trouble });
    const end = await connectOnce(options, place, refused, signal);
    if (signal.aborted) return;
    trouble = end.trouble;
    if (end.settled) attempt = 0;
    // A token that ended is replaced at once, but only once in a row: a gateway that refuses fresh ones is not hammered.
    const atOnce = end.refused !== null && refused === null;
    refused = end.refused;
    if (atOnce) continue;
    const delay = waitMs(attempt);
    attempt += 1;
    options.onLink({ link: "offline", nextTryAtMs: options.now() + delay, trouble });
    await wait(delay, onWait);
  }
}

async function connectOnce(
  options: FeedOptions,
  place: Place,
  refused: Pass | null,
  signal: AbortSignal,
): Promise<End> {
  let pass: Pass;
  try {
    pass = await options.pass({ refused });
  } catch (error) {
    // The session shows its own end in its own state; a feed without a token only waits.
    return { settled: false, refused: null, trouble: troubleOfToken(error) };
  }
  if (signal.aborted) return { settled: false, refused: null, trouble: null };
  const url = new URL("/v1/approvals/stream", options.origin.replace(/^http/, "ws"));
  if (place.after !== null) url.searchParams.set("after", String(place.after));
  const socket = new WebSocket(url, {
    headers: { ...pass.headers("GET", `${url.pathname}${url.search}`) },
    followRedirects: false,
    perMessageDeflate: false,
    handshakeTimeout: options.silenceMs ?? silenceMs,
    maxPayload: mostFrameBytes,
    ...(url.protocol === "wss:" ? secured(options.ca) : {}),
  });
  return await untilEnd(socket, options, place, signal, pass);
}

/** Trust, and the way by HTTPS_PROXY and NO_PROXY, as the calls go. */
function secured(ca: string | undefined): { readonly agent: Agent } {
  return { agent: new Agent({ ...trusting(ca), proxyEnv: process.env }) };
}

function untilEnd(
  socket: WebSocket,
  options: FeedOptions,
  place: Place,
  signal: AbortSignal,
  shown: Pass,
): Promise<End> {
  return new Promise((resolve) => {
    let refused = false;
    let trouble: LinkTrouble | null = null;
    const reader = createFrameReader(options, place);
    const tellLooks = paced(() => tell(socket, options.looks.get()), looksEveryMs);
    let stopTelling: (() => void) | null = null;
    const stop = () => socket.terminate();
    const silent = () => {
      trouble ??= { kind: "silent", detail: "ETIMEDOUT" };
      stop();
    };
    const watchdog = setTimeout(silent, options.silenceMs ?? silenceMs);
    signal.addEventListener("abort", stop, { once: true });
    socket.on("unexpected-response", (_request, answer) => {
      refused = answer.statusCode === 401;
      trouble = troubleOfStatus(answer.statusCode ?? 0);
      socket.terminate();
    });
    socket.on("message", (data, isBinary) => {
      if (signal.aborted) return;
      watchdog.refresh();
      // A frame that can't be read may have been an approval: start again from the last safe place, visibly offline.
      if (isBinary || !reader.read(messageText(data))) return socket.terminate();
      if (stopTelling !== null || reader.readyAtMs() === null) return;
      stopTelling = options.looks.onChange(tellLooks);
      tellLooks();
    });
    // "close" follows. Ending a socket that was not open yet is an error too, of its own making: what came first is why.
    socket.on("error", (error) => {
      trouble ??= troubleOf(error);
      // The next try trusts the system's authorities too.
      if (trouble.kind === "certificate") trustingSystem(options.ca);
    });
    socket.on("close", (code) => {
      clearTimeout(watchdog);
      stopTelling?.();
      signal.removeEventListener("abort", stop);
      const readyAtMs = reader.readyAtMs();
      const settled = readyAtMs !== null && options.now() - readyAtMs >= settledAfterMs;
      trouble ??= { kind: "broken-off", detail: `close ${code}` };
      resolve({ settled, refused: refused || code === tokenEndedCode ? shown : null, trouble });
    });
  });
}

/** What is looked at; to a socket that is about to close nothing need be said. */
function tell(socket: WebSocket, approval: string | null): void {
  if (socket.readyState === socket.OPEN)
    socket.send(JSON.stringify({ type: "looking", approval } satisfies LookingFrame));
}

/** The gateway takes ten a second. */
const looksEveryMs = 200;

function wait(delayMs: number, onWait: (wake: (() => void) | null) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, delayMs);
    function done(): void {
      clearTimeout(timer);
      onWait(null);
      resolve();
    }
    onWait(done);
  });
}
