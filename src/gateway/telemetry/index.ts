import type { Log } from "../log.ts";
import type { Environment } from "./environment.ts";
import { noTelemetry, type Telemetry } from "./port.ts";
import { settingsFrom } from "./settings.ts";

/**
 * Telemetry as these environment variables ask for it. Never throws: what can't be used is said in `log`, once, and left off, since telemetry
 * must not keep a gateway from running.
 */
export async function openTelemetry(env: Environment, service: string, log: Log): Promise<Telemetry> {
  const { settings, problems } = settingsFrom(env, service);
  for (const why of problems) log({ level: "warn", event: "telemetry.misconfigured", why });
  if (settings === null) return noTelemetry;
  try {
    const { startTelemetry } = await import("./sdk.ts");
    return await startTelemetry(settings, log);
  } catch (error) {
    log({ level: "warn", event: "telemetry.failed", error });
    return noTelemetry;
  }
}
