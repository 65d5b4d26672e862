import {
  Client,
  ProtocolError,
  SdkError,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type CallToolResult,
} from "@modelcontextprotocol/client";
import { CountersignError, errorCodes, type ErrorCode } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json.ts";
import { version } from "./version.ts";

/** A held call may wait as long as a rule lets it; progress every 15 s shows that somebody still holds it. */
const silenceMs = 120_000;
const longestWaitMs = 24 * 60 * 60 * 1000;

export interface ToolCall {
  /** The connection's address at the tunnel. */
  readonly url: string;
  /** A client token of the tunnel. */
  readonly token: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  /** Told each progress message, the gateway's own ("Waiting for approval by …") among them. */
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** One tool call by a real MCP client of either era. Throws CountersignError: `denied` with the gateway's words, `target_failed`, … */
export async function callTool(call: ToolCall): Promise<CallToolResult> {
  const client = new Client(
    { name: "countersign-cli", title: "Countersign terminal shell", version: version() },
    { versionNegotiation: { mode: "auto" } },
  );
  try {
    const headers = { authorization: `Bearer ${call.token}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(call.url), { requestInit: { headers } }));
    return await client.callTool(
      { name: call.tool, arguments: { ...call.arguments } },
      {
        onprogress: ({ message }) => call.onProgress(message ?? ""),
        resetTimeoutOnProgress: true,
        timeout: silenceMs,
        maxTotalTimeout: longestWaitMs,
        signal: call.signal,
      },
    );
  } catch (cause) {
    throw worded(cause, call.signal);
  } finally {
    await client.close();
  }
}

function worded(cause: unknown, signal: AbortSignal): CountersignError {
  if (signal.aborted) {
    const message = "Stopped waiting. If it was held, its approval stays good for a while: repeat the call to use it.";
    return new CountersignError("cancelled", message, { cause });
  }
  // The tunnel names itself to MCP clients; here every line begins so.
  const said = cause instanceof ProtocolError ? cause.message.replace(/^Countersign: /, "") : "";
  if (cause instanceof ProtocolError) return new CountersignError(codeOf(cause), said, { cause });
  if (cause instanceof SdkHttpError && cause.status === 503) {
    const message =
      "The call did not get through: the gateway is not reached, or is stopping. countersign status says more.";
    return new CountersignError("gateway_unreachable", message, { cause });
  }
  if (cause instanceof SdkHttpError || cause instanceof SdkError) {
    return new CountersignError("target_failed", `The call did not get through: ${cause.message}`, { cause });
  }
  const what = cause instanceof Error ? cause.message : String(cause);
  return new CountersignError("target_failed", `The tunnel did not answer: ${what}`, { cause });
}

/** A target that failed is no denial, nor is a gateway that stops while the request stays open, nor what the tunnel says of its way to the gateway (docs/protocol.md). */
function codeOf({ code, data }: ProtocolError): ErrorCode {
  const named = typeof data === "object" && data !== null && "code" in data ? data.code : null;
  if (named === "pending") return "gateway_restarting";
  if (named !== "target_failed" && code !== tunnelErrorCode) return "denied";
  return errorCodes.find((known) => known === named) ?? "denied";
}

/** JSON-RPC 2.0, section 5.1: of an implementation's own, the tunnel's. */
const tunnelErrorCode = -32_000;
