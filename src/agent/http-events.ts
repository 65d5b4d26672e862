import { CountersignError } from "../shared/errors.ts";
import { longText } from "../shared/json-pieces.ts";
import type { SseParser } from "../shared/sse.ts";
import { TargetError, type TargetMessage } from "../shared/target.ts";
import { chunksOf, type Body } from "./http-exchange.ts";
import { exchangeFault } from "./http-refusal.ts";
import { parseLongMessage, parseMessage } from "./message-text.ts";

/**
 * The messages of an event stream, until it ends. Throws TargetError: `crashed` where it breaks, `timeout` where even
 * comments stay away for that long (Infinity: silence is normal; asked anew before each wait), `protocol` for what is no JSON-RPC.
 */
export async function* messagesOf(
  body: Body,
  parser: SseParser,
  silenceMs: () => number,
  onEvent: () => void = () => undefined,
): AsyncGenerator<TargetMessage, void, undefined> {
  try {
    for await (const chunk of chunksOf(body, silenceMs)) {
      for (const { event, data, id } of parser.push(chunk)) {
        onEvent();
        // An event without data only hands out an id (2025-11-25, "Resumability"); other events are not MCP's.
        if (event !== "message" || data === "") continue;
        const message = data.length < longText ? parseMessage(data) : await parseLongMessage(data);
        yield id === undefined || id === "" ? { message } : { message, eventId: id };
      }
    }
  } catch (error) {
    if (error instanceof CountersignError) throw new TargetError("protocol", error.message, { cause: error });
    throw exchangeFault(error);
  }
}
