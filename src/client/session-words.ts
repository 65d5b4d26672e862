import { z } from "zod";
import { SseParser } from "../shared/sse.ts";

/** Whether the gateway's refusal says that it knows no such session. */
export function isForgotten(text: string | null): boolean {
  return sessionUnknown.safeParse(parsed(text ?? "")).success;
}

/** Whether `initialize` was answered with an error. */
export function isRefused(text: string | null): boolean {
  return messagesIn(text ?? "").some((message) => refusal.safeParse(message).success);
}

/** The revision that an answer to `initialize` agrees on, as JSON or as an event stream. */
export function agreedProtocol(text: string): string | undefined {
  const found = messagesIn(text).map((message) => initializeResult.safeParse(message));
  return found.find(({ success }) => success)?.data?.result.protocolVersion;
}

function messagesIn(text: string): readonly unknown[] {
  const whole = parsed(text);
  return whole === null ? new SseParser().push(Buffer.from(text)).map(({ data }) => parsed(data)) : [whole];
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
const refusal = z.object({ error: z.object({ code: z.number() }) });
const initializeResult = z.object({ result: z.object({ protocolVersion: z.string() }) });
