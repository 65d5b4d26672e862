import { describe, expect, it } from "vitest";
import { settingsFrom } from "../../../src/gateway/telemetry/settings.ts";

const at = "http://collector.example:4318";
const read = (env: Record<string, string>) => settingsFrom(env, "countersign-gateway");

describe("OpenTelemetry's variables", () => {
  it.each<[string, Record<string, string>, [string | undefined, string | undefined]]>([
    ["nothing", {}, [undefined, undefined]],
    ["an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, [undefined, undefined]],
    ["a common endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: `${at}/x/` }, [`${at}/x/v1/traces`, `${at}/x/v1/logs`]],
    ["an endpoint of traces alone", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${at}/t` }, [`${at}/t`, undefined]],
    ["an exporter alone", { OTEL_LOGS_EXPORTER: "otlp" }, [undefined, "http://localhost:4318/v1/logs"]],
    [
      "one that is none",
      { OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_TRACES_EXPORTER: "none" },
      [undefined, `${at}/v1/logs`],
    ],
    ["the SDK disabled", { OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_SDK_DISABLED: "TRUE" }, [undefined, undefined]],
  ])("switch the signals on: %s", (_, env, [traces, logs]) => {
    const { settings, problems } = read(env);
    expect([settings?.traces?.endpoint.url.href, settings?.logs?.endpoint.url.href]).toEqual([traces, logs]);
    expect(problems).toEqual([]);
  });

  it("of one signal go before the common ones, and headers of both count", () => {
    const { settings } = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: at,
      OTEL_EXPORTER_OTLP_HEADERS: "a=1, b=x%3Dy",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "A=2",
      OTEL_EXPORTER_OTLP_TIMEOUT: "3000",
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
      OTEL_BSP_MAX_QUEUE_SIZE: "100",
    });
    expect(settings?.traces).toMatchObject({
      endpoint: { headers: { a: "2", b: "x=y" }, timeoutMs: 3000, format: "json" },
      sampling: { name: "parentbased_traceidratio", ratio: 0.25 },
      batching: { maxQueueSize: 100, maxExportBatchSize: 100 },
    });
    expect(settings?.logs?.endpoint).toMatchObject({ headers: { a: "1" }, timeoutMs: 500, format: "protobuf" });
  });

  it.each([
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://s3cret.example"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:s3cret@collector.example"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "s3cret"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret%0d%0ax: y"],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "soon"],
  ])("that can't be used leave the signals off, and say so without the value: %s=%s", (name, value) => {
    const { settings, problems } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: at, [name]: value });
    expect(settings).toBeNull();
    expect(problems).toHaveLength(2);
    expect(problems.join()).toContain(name);
    expect(problems.join()).not.toContain("s3cret");
  });

  it("that name an unknown sampler or exporter are said, and the rest goes on", () => {
    const sampler = read({ OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_TRACES_SAMPLER: "jaeger_remote" });
    expect(sampler.settings?.traces?.sampling.name).toBe("parentbased_always_on");
    expect(sampler.problems).toHaveLength(1);
    const exporter = read({ OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_TRACES_EXPORTER: "zipkin" });
    expect([exporter.settings?.traces, exporter.settings?.logs === null]).toEqual([null, false]);
    expect(exporter.problems).toHaveLength(1);
  });
});
