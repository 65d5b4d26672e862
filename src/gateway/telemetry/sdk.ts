import { randomUUID } from "node:crypto";
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import {
  detectResources,
  defaultResource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider, type ReadableLogRecord } from "@opentelemetry/sdk-logs";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { Log } from "../log.ts";
import type { Signal } from "./environment.ts";
import { batchExporter } from "./exporter.ts";
import { LogRecords } from "./log-records.ts";
import { Losses } from "./losses.ts";
import type { Telemetry } from "./port.ts";
import type { Sampling, TelemetrySettings } from "./settings.ts";
import { SpanTraces } from "./span-traces.ts";
import { watched } from "./watched-store.ts";

/** How long the end of the process waits for what was not sent yet, in milliseconds. */
const closeMs = 2000;
const longestValue = 1000;

/** The one file through which OpenTelemetry's SDK comes in: nothing of it is registered globally. Throws where a PEM file can't be read. */
export async function startTelemetry(settings: TelemetrySettings, log: Log): Promise<Telemetry> {
  const resource = resourceOf(settings.service);
  const stop = new AbortController();
  const losses = new Losses(log);
  const lost = (signal: Signal) => (why: string, records: number) => losses.note(signal, why, records);
  const spans = await tracerProvider(settings.traces, resource, lost("traces"), stop.signal);
  const records = await loggerProvider(settings.logs, resource, lost("logs"), stop.signal);
  const traces = new SpanTraces(spans.getTracer("countersign"), settings.traces !== null);
  const logs = records === null ? null : new LogRecords(records.getLogger("countersign"), traces);
  return {
    traces,
    watch: (store) => watched(store, traces),
    log: (log) => (logs === null ? log : logs.beside(log)),
    async close() {
      const bound = setTimeout(() => stop.abort(), closeMs);
      await Promise.allSettled([spans.shutdown(), records?.shutdown()]);
      clearTimeout(bound);
      losses.close();
    },
  };
}

/** Without an exporter it still gives ids to the log's records, and samples nothing. */
async function tracerProvider(
  settings: TelemetrySettings["traces"],
  resource: Resource,
  lost: (why: string, records: number) => void,
  stop: AbortSignal,
): Promise<TracerProvider> {
  if (settings === null) return new TracerProvider({ resource, sampler: new AlwaysOffSampler() });
  const { endpoint, batching, sampling } = settings;
  const serializer = endpoint.format === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const written = (spans: ReadableSpan[]) => serializer.serializeRequest(spans);
  const exporter = await batchExporter(endpoint, written, lost, stop);
  return new TracerProvider({
    resource,
    sampler: samplerOf(sampling),
    spanLimits: { attributeValueLengthLimit: longestValue },
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batching })],
  });
}

async function loggerProvider(
  settings: TelemetrySettings["logs"],
  resource: Resource,
  lost: (why: string, records: number) => void,
  stop: AbortSignal,
): Promise<LoggerProvider | null> {
  if (settings === null) return null;
  const { endpoint, batching } = settings;
  const serializer = endpoint.format === "json" ? JsonLogsSerializer : ProtobufLogsSerializer;
  const written = (records: ReadableLogRecord[]) => serializer.serializeRequest(records);
  const exporter = await batchExporter(endpoint, written, lost, stop);
  return new LoggerProvider({
    resource,
    logRecordLimits: { attributeValueLengthLimit: longestValue },
    processors: [new BatchLogRecordProcessor({ exporter, ...batching })],
  });
}

/** What OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say, over our own. Neither host, process nor user is looked up. */
function resourceOf(service: string): Resource {
  const own = resourceFromAttributes({ "service.name": service, "service.instance.id": randomUUID() });
  const said = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(own).merge(said);
}

function samplerOf({ name, ratio }: Sampling): Sampler {
  switch (name) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    case "parentbased_always_on":
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case "parentbased_always_off":
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case "parentbased_traceidratio":
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
    default:
      return name satisfies never;
  }
}
