import { CountersignError } from "../shared/errors.ts";
import { SseParser, type SseEvent } from "../shared/sse.ts";
import { TargetError } from "../shared/target.ts";
import { chunksOf, exchange, type Body, type Endpoint } from "./http-exchange.ts";
import { exchangeFault } from "./http-refusal.ts";

/** The one stream of a session over HTTP+SSE (2024-11-05): what the target says on it, and where to post to. */
export interface SseStream {
  readonly postTo: URL;
  /** Every event after the first. Throws TargetError `crashed` where the stream breaks or ends. */
  readonly events: AsyncGenerator<SseEvent, void, undefined>;
}

/**
 * Opens the stream and waits for its first event, which must be `endpoint`. Throws TargetError, `protocol` for anything else and for an endpoint of
 * another origin: a target can't make the agent post, with its credential, to another host. `onBytes` hears of every sign of life.
 */
export async function openSse(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onBytes: () => void,
): Promise<SseStream> {
  const outgoing = { method: "GET", headers: { ...headers, accept: "text/event-stream" } } as const;
  const { type, body } = await exchange(endpoint, outgoing, signal);
  if (type !== "text/event-stream") {
    body.destroy();
    throw new TargetError("protocol", `The target answered a stream's request with ${type}.`);
  }
  const state = { begun: false };
  const events = eventsOf(body, () => (state.begun ? Infinity : endpoint.timeoutMs), onBytes);
  try {
    const first = await events.next();
    state.begun = true;
    if (first.done === true || first.value.event !== "endpoint")
      throw new TargetError("protocol", "The target's stream does not begin with its endpoint.");
    return { postTo: addressIn(first.value.data, endpoint.url), events };
  } catch (error) {
    body.destroy();
    throw error;
  }
}

async function* eventsOf(
  body: Body,
  silenceMs: () => number,
  onBytes: () => void,
): AsyncGenerator<SseEvent, void, undefined> {
  const parser = new SseParser();
  try {
    for await (const chunk of chunksOf(body, silenceMs)) {
      onBytes();
      yield* parser.push(chunk);
    }
    throw new TargetError("crashed", "The target closed its stream.");
  } catch (error) {
    if (error instanceof CountersignError) throw new TargetError("protocol", error.message, { cause: error });
    throw exchangeFault(error);
  } finally {
    body.destroy();
  }
}

function addressIn(text: string, base: URL): URL {
  if (!URL.canParse(text, base.href)) throw new TargetError("protocol", "The target's endpoint is no address.");
  const url = new URL(text, base);
  if (url.origin === base.origin && url.username === "" && url.password === "") return url;
  throw new TargetError("protocol", "The target names an endpoint of another origin, which is refused.");
}
