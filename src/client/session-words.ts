import { z } from "zod";
import { SseParser } from "../shared/sse.ts";

/** Whether the gateway's refusal says that it knows no such session. */
export function isForgotten(text: string | null): boolean {
  return sessionUnknown.safeParse(parsed(text ?? "")).success;
}

/** The revision that an answer to `initialize` agrees on, as JSON or as an event stream. */
export function agreedProtocol(text: string): string | undefined {
  const whole = initializeResult.safeParse(parsed(text));
  if (whole.success) return whole.data.result.protocolVersion;
  const events = new SseParser().push(Buffer.from(text));
  const found = events.map(({ data }) => initializeResult.safeParse(parsed(data))).find(({ success }) => success);
  return found?.data?.result.protocolVersion;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** As the gateway says it (docs/protocol.md): the session is unknown, or its target was replaced. */
const sessionUnknown = z.object({ error: z.object({ code: z.literal(-32001) }) });
const initializeResult = z.object({ result: z.object({ protocolVersion: z.string() }) });
