import { SeverityNumber, type Attributes, type Logger } from "@opentelemetry/api";
import { CountersignError } from "../../shared/errors.ts";
import type { Log, LogLine } from "../log.ts";
import type { SpanTraces } from "./span-traces.ts";

const severity = { info: SeverityNumber.INFO, warn: SeverityNumber.WARN, error: SeverityNumber.ERROR } as const;

/** The log's lines as log records: the event, its facts as `countersign.*`, of a fault its kind alone, and the call's trace. */
export class LogRecords {
  readonly #logger: Logger;
  readonly #traces: SpanTraces;

  constructor(logger: Logger, traces: SpanTraces) {
    this.#logger = logger;
    this.#traces = traces;
  }

  /** The same log, and a record for each of its lines. */
  beside(log: Log): Log {
    return (line) => {
      log(line);
      this.#emit(line);
    };
  }

  #emit({ level, event, error, ...facts }: LogLine): void {
    this.#logger.emit({
      eventName: event,
      body: event,
      severityNumber: severity[level],
      severityText: level.toUpperCase(),
      attributes: { ...scalars(facts), ...faultOf(error) },
      context: this.#traces.contextOf(error),
    });
  }
}

function scalars(facts: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      attributes[`countersign.${name}`] = value;
  }
  return attributes;
}

/** Its stack and words stay on the gateway's own machine: a library's message may quote what it was given. */
function faultOf(error: unknown): Attributes {
  if (error === undefined) return {};
  const type = error instanceof Error ? error.name : typeof error;
  return {
    "exception.type": type,
    ...(error instanceof CountersignError && { "countersign.code": error.code, "exception.message": error.message }),
  };
}
