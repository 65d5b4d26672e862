import { z } from "zod";
import { isJson, type Json } from "./json.ts";
import { asRpcMessage } from "./message.ts";
import type { RpcMessage } from "./target.ts";

/**
 * What gateway and agent say to each other on the WebSocket that the agent opens at `/v1/agents/link`: one JSON object a
 * text message. A channel is one request or stream; the gateway numbers channels and names sessions.
 */
export const linkPath = "/v1/agents/link";

/**
 * The agent's answer to a challenge: a compact JWS (RFC 7515), `alg: EdDSA`, by the agent's key. `gateway` is the origin
 * that the agent dialled, so that a proof can't be used at another gateway; the nonce makes it good for one link.
 */
export const agentProof = z.strictObject({
  gateway: z.string(),
  agent: z.string(),
  nonce: z.string(),
  /** Seconds since the epoch. */
  iat: z.number().int(),
});
export type AgentProof = z.infer<typeof agentProof>;
export const agentProofType = "countersign-agent+jws";

/** The longest message on the link, in bytes. */
export const longestFrame = 64 * 1024 * 1024;
/** Characters of `message` frames that an agent may send on a channel beyond what the gateway has used; the last may overrun it. */
export const channelWindow = 1024 * 1024;
/** How often each side pings, and after how long a silence (of every byte) the link counts as dead. */
const linkBeatMs = 15_000;
const linkDeadMs = 40_000;
const tickMs = 5000;
/** Close codes: the proof was refused; a newer link of the same name took over; the name or key was removed. */
export const linkClosed = { refused: 4401, replaced: 4409, removed: 4410 } as const;

// Not a schema that copies: that would lose members such as `__proto__`, and what was judged would not be what runs.
const rpc = z.custom<RpcMessage>((value) => isJson(value) && asRpcMessage(value) !== null);
const json = z.custom<Json>(isJson);
const channel = z.number().int().positive();
const session = z.string().min(1).max(64);
const headers = z.record(z.string(), z.string());
// One line, as it was on the target's stream: with a line break in it, the client's stream would have an event that nobody masked.
const eventId = z.string().regex(/^[^\r\n\0]*$/);

export const gatewayFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("challenge"), v: z.literal(1), gateway: z.string(), nonce: z.string() }),
  z.object({ type: z.literal("welcome") }),
  /** Comes before anything else of its session. `timeoutMs`: how long the target may be silent. */
  z.object({
    type: z.literal("open"),
    session,
    connection: z.string(),
    era: z.enum(["legacy", "modern"]),
    timeoutMs: z.number().positive(),
  }),
  z.object({ type: z.literal("request"), session, channel, message: rpc, headers }),
  z.object({ type: z.literal("notify"), session, channel, message: rpc, headers }),
  z.object({ type: z.literal("listen"), session, channel, lastEventId: z.string().nullable(), headers }),
  /** Nobody waits for this channel any more. */
  z.object({ type: z.literal("cancel"), channel }),
  /** So many characters of the channel's frames were used. */
  z.object({ type: z.literal("credit"), channel, characters: z.number().int().positive() }),
  z.object({ type: z.literal("close"), session }),
]);
export type GatewayFrame = z.infer<typeof gatewayFrame>;

export const agentFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("proof"), agent: z.string().max(63), proof: z.string().max(4096) }),
  z.object({ type: z.literal("message"), channel, message: rpc, eventId: eventId.optional() }),
  /** What the answer's stream does besides its messages (`StreamSign`). */
  z.object({
    type: z.literal("stream"),
    channel,
    stream: z.discriminatedUnion("sign", [
      z.object({ sign: z.literal("begun"), retryMs: z.number().nonnegative().nullable() }),
      z.object({ sign: z.literal("paused") }),
    ]),
  }),
  /** The channel has said all. */
  z.object({ type: z.literal("end"), channel }),
  /** The channel failed: a TargetError. */
  z.object({
    type: z.literal("error"),
    channel,
    reason: z.enum(["unreachable", "crashed", "timeout", "protocol", "session-lost", "http"]),
    message: z.string().max(1000),
    status: z.number().int().optional(),
    rpcError: json.optional(),
  }),
]);
export type AgentFrame = z.infer<typeof agentFrame>;

/** A text message as a frame, or null where it is none. */
export function parseFrame<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A WebSocket as the heart-beat needs it. */
interface Beating {
  ping(): void;
  terminate(): void;
}

/** Pings, and ends a link from which no byte came for too long. `heard` is to be called for whatever comes. */
export function keepAlive(socket: Beating): { heard(): void; stop(): void } {
  let sinceBeatMs = 0;
  let silentMs = 0;
  const ticks = setInterval(() => {
    silentMs += tickMs;
    sinceBeatMs += tickMs;
    if (silentMs >= linkDeadMs) return socket.terminate();
    if (sinceBeatMs < linkBeatMs) return;
    sinceBeatMs = 0;
    socket.ping();
  }, tickMs);
  return {
    heard: () => {
      silentMs = 0;
    },
    stop: () => clearInterval(ticks),
  };
}
