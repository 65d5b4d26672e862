import type { IncomingHttpHeaders } from "node:http";
import type { Json } from "../../shared/json.ts";
import type { ProtocolHeaders, TargetMessage } from "../../shared/target.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";

/** One MCP request, as its span begins. */
export interface RequestFacts {
  readonly connection: string;
  /** The method, null where the gateway doesn't know it: a caller's own text names no span. */
  readonly method: string | null;
  readonly headers: IncomingHttpHeaders;
  /** The gateway's own address. */
  readonly publicUrl: string;
  /** `_meta` of the request's parameters. */
  readonly meta: Json | undefined;
}

type Messages = AsyncIterable<TargetMessage>;

/** What a request may spend its time on. */
export type Step = "hold" | "target" | "commit";

/** The call path's view of tracing. Nothing it is given goes out but names of methods and connections. */
export interface Traces {
  /** Runs the work on one request within a server span of its own. */
  request<T>(facts: RequestFacts, work: () => Promise<T>): Promise<T>;
  /** Runs a part of it within a child span; outside a request just runs it. */
  step<T>(name: Step, work: () => Promise<T>): Promise<T>;
  /** Runs the agent's part of a request, passing on what came, within a span under the one that the gateway's headers name. */
  exchange(connection: string, headers: ProtocolHeaders, work: (headers: ProtocolHeaders) => Messages): Messages;
  /** These headers, with the current span's place in the trace for the target and for an agent, where there is one. */
  onward(headers: ProtocolHeaders): ProtocolHeaders;
}

const untraced: Traces = {
  request: (_, work) => work(),
  step: (_, work) => work(),
  exchange: (_, headers, work) => work(headers),
  onward: (headers) => headers,
};

/**
 * Traces and logs over OTLP, switched on by OpenTelemetry's own environment variables (docs/telemetry.md). Without them nothing of
 * OpenTelemetry is loaded, and every part here is a pass-through.
 */
export interface Telemetry {
  readonly traces: Traces;
  /** The same store; what is committed within a call is told to the call's span. */
  watch(store: Store): Store;
  /** The same log, whose lines go out as log records as well. */
  log(log: Log): Log;
  /** Sends what waits, for at most `closeMs`, then gives up. Never throws. */
  close(): Promise<void>;
}

export const noTelemetry: Telemetry = {
  traces: untraced,
  watch: (store) => store,
  log: (log) => log,
  close: () => Promise.resolve(),
};
