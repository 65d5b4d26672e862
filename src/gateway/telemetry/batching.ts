import { said, type Environment, type Signal } from "./environment.ts";

/** How records are gathered before they go out. A full queue drops what is new. */
export interface Batching {
  readonly scheduledDelayMillis: number;
  readonly exportTimeoutMillis: number;
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
}

/** By OTEL_BSP_* (traces) or OTEL_BLRP_* (logs), with the specification's defaults for what is missing or no positive number. */
export function batchSettings(env: Environment, signal: Signal): Batching {
  const prefix = signal === "traces" ? "OTEL_BSP" : "OTEL_BLRP";
  const positive = (name: string, usual: number): number => {
    const value = Math.floor(Number(said(env, `${prefix}_${name}`)));
    return Number.isSafeInteger(value) && value > 0 ? value : usual;
  };
  const maxQueueSize = Math.min(positive("MAX_QUEUE_SIZE", 2048), 65_536);
  return {
    scheduledDelayMillis: positive("SCHEDULE_DELAY", signal === "traces" ? 5000 : 1000),
    exportTimeoutMillis: positive("EXPORT_TIMEOUT", 30_000),
    maxQueueSize,
    maxExportBatchSize: Math.min(positive("MAX_EXPORT_BATCH_SIZE", 512), maxQueueSize),
  };
}
