import { AsyncLocalStorage } from "node:async_hooks";
import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from "@opentelemetry/api";
import { CountersignError } from "../../shared/errors.ts";
import { TargetError, type ProtocolHeaders, type TargetMessage } from "../../shared/target.ts";
import type { CallFacts } from "./call-facts.ts";
import {
  linkTraceHeader,
  parseTraceContext,
  traceContextOf,
  traceparentOf,
  type TraceContext,
} from "./trace-context.ts";
import type { RequestFacts, Step, Traces } from "./port.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** Where in a trace the running code is. */
interface Place {
  /** The request's own span. */
  readonly root: Span;
  readonly facts: RequestFacts;
  /** The span of now, and a context that holds it. */
  readonly span: Span;
  readonly context: Context;
  /** Whether the client sent a trace of its own. */
  readonly joined: boolean;
  /** Set once the request is over: what it began (a connection, a child) may run on within its place, and belongs to no call. */
  readonly over: { yes: boolean };
}

const kinds = { hold: SpanKind.INTERNAL, target: SpanKind.CLIENT, commit: SpanKind.INTERNAL } as const;

/** Tracing by spans of OpenTelemetry. The running code's place is kept by an AsyncLocalStorage of its own, shared with nobody. */
export class SpanTraces implements Traces {
  readonly #tracer: Tracer;
  readonly #places = new AsyncLocalStorage<Place>();
  /** Faults that left a request, so that a line written about them later names its trace. */
  readonly #faults = new WeakMap<object, Context>();

  #own: { readonly publicUrl: string; readonly attributes: Attributes } = { publicUrl: "", attributes: {} };

  readonly #tells: boolean;

  /** `tells`: whether the spans go anywhere, so that others should be told of them. */
  constructor(tracer: Tracer, tells: boolean) {
    this.#tracer = tracer;
    this.#tells = tells;
  }

  request<T>(facts: RequestFacts, work: () => Promise<T>): Promise<T> {
    const header = parseTraceContext(facts.headers.traceparent, facts.headers.tracestate);
    const meta = traceContextOf(facts.meta);
    // The message's own context tells the caller's place; the header's may be that of a proxy between (MCP semantic conventions).
    const parent = meta ?? header;
    const beside =
      meta !== null && header !== null && meta.spanId !== header.spanId ? [{ context: remote(header) }] : [];
    const method = facts.method ?? "_OTHER";
    const attributes = {
      "mcp.method.name": method,
      "countersign.connection": facts.connection,
      ...this.#server(facts),
    };
    const under = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent));
    const span = this.#tracer.startSpan(method, { kind: SpanKind.SERVER, attributes, links: beside }, under);
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const over = { yes: false };
    const place = { root: span, facts, span, context, joined: parent !== null, over };
    return this.#within(place, work).finally(() => (over.yes = true));
  }

  step<T>(name: Step, work: () => Promise<T>): Promise<T> {
    const place = this.#here();
    if (place === undefined) return work();
    const attributes = { "countersign.connection": place.facts.connection };
    const span = this.#tracer.startSpan(name, { kind: kinds[name], attributes }, place.context);
    return this.#within({ ...place, span, context: trace.setSpan(ROOT_CONTEXT, span) }, work);
  }

  async *exchange(
    connection: string,
    headers: ProtocolHeaders,
    work: (headers: ProtocolHeaders) => AsyncIterable<TargetMessage>,
  ): Messages {
    const { [linkTraceHeader]: linked, ...rest } = headers;
    const parent = parseTraceContext(headers.traceparent ?? linked, headers.tracestate);
    if (parent === null || !this.#tells) {
      yield* work(rest);
      return;
    }
    const under = trace.setSpanContext(ROOT_CONTEXT, remote(parent));
    const attributes = { "countersign.connection": connection };
    const span = this.#tracer.startSpan("target", { kind: SpanKind.CLIENT, attributes }, under);
    const joined = headers.traceparent === undefined ? rest : { ...rest, ...named(span) };
    try {
      yield* work(joined);
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  /** The message itself stays as the client wrote it, `_meta` included: only headers name the gateway's span. */
  onward(headers: ProtocolHeaders): ProtocolHeaders {
    const place = this.#here();
    if (place === undefined || !this.#tells) return headers;
    const said = named(place.span);
    return place.joined ? { ...headers, ...said } : { ...headers, [linkTraceHeader]: said.traceparent };
  }

  /** Writes on the current request's span what the ledger now says of it. */
  note({ attributes, target, failed }: CallFacts): void {
    const place = this.#here();
    if (place === undefined) return;
    place.root.setAttributes(attributes);
    if (target !== null) place.root.updateName(`${place.facts.method} ${target}`);
    if (failed) place.root.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** The place that a log line about this error belongs to, or of the running code. */
  contextOf(error: unknown): Context {
    const fault = typeof error === "object" && error !== null ? this.#faults.get(error) : undefined;
    return fault ?? this.#here()?.context ?? ROOT_CONTEXT;
  }

  #here(): Place | undefined {
    const place = this.#places.getStore();
    return place?.over.yes === true ? undefined : place;
  }

  #server({ publicUrl, headers }: RequestFacts): Attributes {
    if (this.#own.publicUrl !== publicUrl) {
      const { hostname, port, protocol } = new URL(publicUrl);
      const at = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
      const attributes = { "server.address": hostname, "server.port": at, "network.transport": "tcp" };
      this.#own = { publicUrl, attributes };
    }
    const version = headers["mcp-protocol-version"];
    const dated = typeof version === "string" && /^\d{4}-\d\d-\d\d$/.test(version);
    return dated ? { ...this.#own.attributes, "mcp.protocol.version": version } : this.#own.attributes;
  }

  async #within<T>(place: Place, work: () => Promise<T>): Promise<T> {
    const { span, context } = place;
    try {
      return await this.#places.run(place, work);
    } catch (error) {
      failed(span, error);
      if (typeof error === "object" && error !== null && !this.#faults.has(error)) this.#faults.set(error, context);
      throw error;
    } finally {
      span.end();
    }
  }
}

function remote({ traceId, spanId, sampled, state }: TraceContext): SpanContext {
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const traceState = state === "" ? {} : { traceState: createTraceState(state) };
  return { traceId, spanId, traceFlags, isRemote: true, ...traceState };
}

/** How headers name a span. */
function named(span: Span): { readonly traceparent: string; readonly tracestate?: string } {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const traceparent = traceparentOf(traceId, spanId, (traceFlags & TraceFlags.SAMPLED) !== 0);
  const tracestate = traceState?.serialize() ?? "";
  return tracestate === "" ? { traceparent } : { traceparent, tracestate };
}

function failed(span: Span, error: unknown): void {
  span.setAttribute("error.type", errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** A word for what went wrong; never its message. */
function errorType(error: unknown): string {
  if (error instanceof TargetError) return error.reason;
  if (error instanceof CountersignError) return error.code;
  return error instanceof Error ? error.name : "error";
}
