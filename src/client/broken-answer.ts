import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SeenBody } from "./seen-body.ts";

/**
 * Passes an answer's body on as it comes. Where the gateway is lost in the midst of a call's event stream, the call gets
 * a JSON-RPC error of its own: MCP clients don't take a cut stream for an answer and would wait for their time-out.
 * Rejects where the answer was cut and nothing was to be said, as when `signal` ends both sides.
 */
export async function passOn(
  body: Readable,
  response: ServerResponse,
  call: SeenBody | null,
  signal: AbortSignal,
): Promise<void> {
  const watch = new IdWatch();
  try {
    // The response stays open on failure, for the last word below.
    await pipeline(body, watch, response, { end: false });
    response.end();
  } catch (error) {
    // Events with ids can be resumed by the client itself (Last-Event-ID).
    const mute = call === null || watch.seen || signal.aborted || response.destroyed;
    const id = mute ? null : await call.id();
    if (id === null) throw error;
    const answer = { jsonrpc: "2.0", id, error: { code: serverError, message: lost, data: { code: "transient" } } };
    response.end(`\n\nevent: message\ndata: ${JSON.stringify(answer)}\n\n`);
  }
}

const lost =
  "Countersign: the gateway was lost during this call, and whether it took effect is unknown unless it was still held. " +
  "An approval outlives this: call again with the same arguments.";
/** JSON-RPC 2.0, section 5.1: from -32000 to -32099 for the implementation. */
const serverError = -32000;

/** Passes an event stream on and sees whether any event has an id. */
class IdWatch extends Transform {
  seen = false;
  #tail = "\n";

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    const text = this.#tail + chunk.toString("latin1");
    this.seen ||= /[\r\n]id:/.test(text);
    this.#tail = text.slice(-3);
    done(null, chunk);
  }
}
