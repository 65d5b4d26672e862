import type { JsonObject, Json } from "./json.ts";

/** A JSON-RPC 2.0 message that has passed the strict parser. */
export interface RpcMessage extends JsonObject {
  readonly jsonrpc: "2.0";
}
export type RpcId = string | number;

/** One message from a target, with the SSE event id it came under, if any (for Last-Event-ID). */
export interface TargetMessage {
  readonly message: RpcMessage;
  readonly eventId?: string;
}

/**
 * What an answer's event stream does besides its messages: it has begun (with the reconnection time it asked for, if any), or the target
 * has closed it before the response, to go on when it is taken up again (2025-11-25, "Sending Messages to the Server", polling).
 */
export type StreamSign = { readonly sign: "begun"; readonly retryMs: number | undefined } | { readonly sign: "paused" };

/** Protocol headers that travel with one client request (`mcp-protocol-version`, `mcp-method`, …), lower case. */
export type ProtocolHeaders = Readonly<Record<string, string>>;

/** Why a target could not answer. `status` is the target's HTTP status where it spoke HTTP. */
export class TargetError extends Error {
  override readonly name = "TargetError";
  readonly reason: "unreachable" | "crashed" | "timeout" | "protocol" | "session-lost" | "http";
  readonly status: number | undefined;
  /** The target's JSON-RPC error object, when its refusal carried one. */
  readonly rpcError: Json | undefined;

  constructor(
    reason: TargetError["reason"],
    message: string,
    options: { readonly status?: number; readonly rpcError?: Json; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.status = options.status;
    this.rpcError = options.rpcError;
  }
}

/**
 * One conversation with a target: a legacy session (2025-11-25 and older), or the stateless
 * traffic of a modern client (2026-07-28). Opened lazily by its first request.
 */
export interface TargetSession {
  /**
   * Sends one request and yields all that the target says in its answer, the response to `message.id` last.
   * Throws TargetError. Aborting the signal stops waiting; it doesn't tell a legacy target, and cancels at a modern one. `onStream`
   * hears what the answer's stream does, where the transport knows.
   */
  request(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): AsyncIterable<TargetMessage>;
  /** Sends a notification, or the client's answer to a request of the target's. */
  notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void>;
  /** What the target says unasked (legacy GET stream). Throws TargetError with status 405 where it has no such stream. */
  listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): AsyncIterable<TargetMessage>;
  /** Ends the conversation: DELETE over HTTP, end of the child over stdio. Never throws. */
  close(): Promise<void>;
}

/** A connection's last hop. */
export interface Target {
  readonly transport: "http" | "stdio" | "agent";
  /** Why it can't be asked now, where that is known without asking; null where it isn't. */
  hindrance?(): string | null;
  open(era: "legacy" | "modern"): TargetSession;
  /** Ends every conversation. */
  close(): Promise<void>;
}

/** How to start a stdio target. `env` is all the child gets besides PATH and HOME: already resolved values. */
export interface StdioSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where a target over HTTP is. */
export interface HttpSpec {
  readonly url: string;
  /** Streamable HTTP, or HTTP+SSE of 2024-11-05; found out where it isn't said. */
  readonly transport?: "streamable" | "sse";
  /** Resolved credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long the target may be silent, before its answer and in it. */
  readonly timeoutMs: number;
  /** Client credentials that the target's bearer token is got with. */
  readonly oauth?: OAuthSpec;
}

/** OAuth 2.0 client credentials (RFC 6749, section 4.4), the secret resolved. */
export interface OAuthSpec {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

/** The agent as the gateway sees it: it makes the last hop. */
export interface Agent {
  /** Throws CountersignError `configuration` for an address or header that can't be used. */
  target(spec: StdioSpec | HttpSpec): Target;
  close(): Promise<void>;
}
