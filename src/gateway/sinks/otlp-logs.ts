import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { SinkEvent } from "./sink.ts";

/** OCSF's severities as OpenTelemetry counts them, with OCSF's own names ("Logs Data Model", SeverityNumber). */
const severities: Readonly<Record<number, readonly [number: number, name: string]>> = {
  1: [9, "Informational"],
  2: [10, "Low"],
  3: [13, "Medium"],
  4: [17, "High"],
};

/** Deeper values go as their JSON text: receivers bound how deep a message is nested, at 100 mostly, and each level here takes three of that. */
const deepestValue = 24;

/** OTLP's ExportLogsServiceRequest with these records, in its JSON encoding (opentelemetry-proto, logs/v1). */
export function logsRequest(records: readonly string[], origin: string): string {
  const resource = { attributes: attributes({ "service.name": "countersign-gateway", "service.instance.id": origin }) };
  const scope = JSON.stringify({ name: "countersign.ledger" });
  const logs = `{"scope":${scope},"logRecords":[${records.join(",")}]}`;
  return `{"resourceLogs":[{"resource":${JSON.stringify(resource)},"scopeLogs":[${logs}]}]}`;
}

/** An event's LogRecord, as text: the event is its body. */
export function recordText({ id, seq, atMs, kind, severity, event }: SinkEvent): string {
  const [severityNumber, severityText] = severities[severity] ?? [0, ""];
  const time = `${atMs}000000`;
  return JSON.stringify({
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber,
    severityText,
    eventName: `countersign.${kind}`,
    body: anyValue(event, deepestValue),
    // By its uid a record that comes again is known as the same ("General logs attributes").
    attributes: attributes({ "log.record.uid": id, "countersign.seq": seq, "countersign.kind": kind }),
  });
}

function attributes(values: JsonObject): readonly JsonObject[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value, deepestValue) }));
}

/** AnyValue: 64-bit integers are strings, and nothing is an empty one. */
function anyValue(value: Json, levels: number): JsonObject {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (levels === 0) return { stringValue: JSON.stringify(value) };
  if (isJsonObject(value)) {
    const values = Object.entries(value).map(([key, each]) => ({ key, value: anyValue(each, levels - 1) }));
    return { kvlistValue: { values } };
  }
  return { arrayValue: { values: value.map((each) => anyValue(each, levels - 1)) } };
}
