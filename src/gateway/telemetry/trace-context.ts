import { isJsonObject, type Json } from "../../shared/json.ts";

/** A place in a trace as another process names it (W3C Trace Context, level 2). */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** `tracestate` as it came; empty where there is none that could be valid. */
  readonly state: string;
}

/** Tells an agent the gateway's span where the client sent no trace: it goes no further than the agent. */
export const linkTraceHeader = "countersign-traceparent";

const longestState = 512;

/** The trace context of these two texts, or null where `traceparent` is none (section 3.2.2; unknown versions are read as version 00). */
export function parseTraceContext(traceparent: unknown, tracestate: unknown): TraceContext | null {
  if (typeof traceparent !== "string" || traceparent.length > 256) return null;
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(traceparent);
  if (match === null) return null;
  const [, version = "", traceId = "", spanId = "", flags = "", rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  const state = typeof tracestate === "string" && isStateText(tracestate) ? tracestate : "";
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1, state };
}

/** The trace context that a request's `_meta` names (MCP 2026-07-28, "Trace context"), or null. */
export function traceContextOf(meta: Json | undefined): TraceContext | null {
  return isJsonObject(meta) ? parseTraceContext(meta.traceparent, meta.tracestate) : null;
}

/** `traceparent` for what comes after this span. */
export function traceparentOf(traceId: string, spanId: string, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

function isStateText(text: string): boolean {
  return text.length <= longestState && /^[\x20-\x7e]*$/.test(text);
}
