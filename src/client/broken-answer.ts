import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
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
  try {
    // The response stays open on failure, for the last word below.
    await pipeline(body, response, { end: false });
    response.end();
  } catch (error) {
    // Also where events had ids: the gateway keeps its streams in memory, so a client's resumption would most likely find nothing.
    const mute = call === null || signal.aborted || response.destroyed;
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
