import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { StreamLog } from "./stream-log.ts";

const beatMs = 15_000;

/** The rest of an answer's stream after an event, what is still to come included (GET with Last-Event-ID). */
export async function resume(
  response: ServerResponse,
  sessionId: string,
  { log, place }: { readonly log: StreamLog; readonly place: number },
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "mcp-session-id": sessionId,
  });
  response.flushHeaders();
  const beat = setInterval(() => response.write(": waiting\n\n"), beatMs);
  try {
    for await (const text of log.after(place, gone.signal)) {
      if (!response.write(text)) await once(response, "drain", { signal: gone.signal }).catch(() => undefined);
    }
  } finally {
    clearInterval(beat);
    response.end();
  }
}
