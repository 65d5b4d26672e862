import { batchSettings, type Batching } from "./batching.ts";
import { endpointFor, type Endpoint } from "./endpoint.ts";
import { said, type Environment, type Signal } from "./environment.ts";

/** One signal that goes out: where to, and how it is gathered. */
interface SignalSettings {
  readonly endpoint: Endpoint;
  readonly batching: Batching;
}

/** Which spans are kept: the sampler's name as OpenTelemetry has it, and the ratio for those that have one. */
export interface Sampling {
  readonly name: (typeof samplers)[number];
  readonly ratio: number;
}

export interface TelemetrySettings {
  /** The service's name where OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES give none. */
  readonly service: string;
  readonly traces: (SignalSettings & { readonly sampling: Sampling }) | null;
  readonly logs: SignalSettings | null;
}

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** What the standard variables ask for, null where that is nothing; and what of them can't be used, one sentence each without its value. */
export function settingsFrom(
  env: Environment,
  service: string,
): { readonly settings: TelemetrySettings | null; readonly problems: readonly string[] } {
  const problems: string[] = [];
  if (said(env, "OTEL_SDK_DISABLED")?.toLowerCase() === "true") return { settings: null, problems };
  const traces = signal(env, "traces", problems);
  const logs = signal(env, "logs", problems);
  if (traces === null && logs === null) return { settings: null, problems };
  const sampled = traces === null ? null : { ...traces, sampling: sampling(env, problems) };
  return { settings: { service, traces: sampled, logs }, problems };
}

function signal(env: Environment, which: Signal, problems: string[]): SignalSettings | null {
  const upper = which.toUpperCase();
  const exporter = `OTEL_${upper}_EXPORTER`;
  const named = said(env, exporter)?.toLowerCase();
  const asked = [`OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`, "OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (named === "none" || (named === undefined && asked.every((name) => said(env, name) === undefined))) return null;
  if (named !== undefined && named !== "otlp") {
    problems.push(`${exporter}: only otlp and none are known here; ${which} stay off.`);
    return null;
  }
  const endpoint = endpointFor(env, which);
  if (!endpoint.ok) {
    problems.push(`${endpoint.why}; ${which} stay off.`);
    return null;
  }
  return { endpoint: endpoint.value, batching: batchSettings(env, which) };
}

function sampling(env: Environment, problems: string[]): Sampling {
  const usual: Sampling = { name: "parentbased_always_on", ratio: 1 };
  const asked = said(env, "OTEL_TRACES_SAMPLER");
  if (asked === undefined) return usual;
  const name = samplers.find((each) => each === asked.toLowerCase());
  if (name === undefined) {
    problems.push("OTEL_TRACES_SAMPLER names no sampler that is known here: parentbased_always_on is used.");
    return usual;
  }
  const argument = said(env, "OTEL_TRACES_SAMPLER_ARG");
  const ratio = argument === undefined ? 1 : Number(argument);
  if (ratio >= 0 && ratio <= 1) return { name, ratio };
  if (name.endsWith("ratio")) problems.push("OTEL_TRACES_SAMPLER_ARG must be from 0 to 1: 1 is used.");
  return { name, ratio: 1 };
}
