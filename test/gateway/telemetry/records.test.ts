import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/gateway/log.ts";
import { openTelemetry } from "../../../src/gateway/telemetry/index.ts";
import type { RequestFacts, Telemetry } from "../../../src/gateway/telemetry/port.ts";
import { CountersignError } from "../../../src/shared/errors.ts";
import { startOtlpReceiver, type OtlpReceiver } from "../../support/otlp-receiver.ts";

let otlp: OtlpReceiver;
let telemetry: Telemetry;
const said: LogLine[] = [];

beforeEach(async () => {
  otlp = await startOtlpReceiver();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "20",
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "1",
  };
  telemetry = await openTelemetry(env, "countersign-gateway", (line) => said.push(line));
});
afterEach(async () => {
  await telemetry.close();
  await otlp.close();
  said.length = 0;
});

const facts: RequestFacts = {
  connection: "target",
  method: "tools/list",
  headers: {},
  publicUrl: "https://gateway.example",
  meta: undefined,
};

describe("records", () => {
  it("carry the trace of the call that they are written in, or whose fault they tell; none after it", async () => {
    const lines: LogLine[] = [];
    const log = telemetry.log((line) => lines.push(line));
    const fault = new Error("a secret that a library quotes");
    const over = Promise.withResolvers<void>();
    let later = Promise.resolve();
    await expect(
      telemetry.traces.request(facts, async () => {
        log({ level: "info", event: "within", port: 1 });
        later = over.promise.then(() => log({ level: "info", event: "later" }));
        throw fault;
      }),
    ).rejects.toBe(fault);
    log({ level: "error", event: "request.failed", error: fault });
    log({ level: "warn", event: "outside", error: new CountersignError("store_failed", "Could not be written.") });
    over.resolve();
    await later;
    await telemetry.close();
    const [span] = otlp.spans;
    const records = new Map(otlp.records.map((record) => [record.eventName, record]));
    expect(span).toMatchObject({ status: { code: 2 }, facts: { "error.type": "Error", "server.port": "443" } });
    expect(records.get("within")).toMatchObject({ traceId: span?.traceId, facts: { "countersign.port": "1" } });
    expect(records.get("request.failed")).toMatchObject({
      traceId: span?.traceId,
      severityText: "ERROR",
      facts: { "exception.type": "Error" },
    });
    expect(records.get("outside")?.facts["countersign.code"]).toBe("store_failed");
    for (const event of ["outside", "later"]) expect(records.get(event)?.traceId ?? "").toBe("");
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(otlp.records)).not.toContain("secret");
  });

  it("say once a minute that batches are lost, and how many at the end", async () => {
    otlp.answer = 400;
    for (let calls = 1; calls <= 3; calls += 1) {
      await telemetry.traces.request(facts, () => Promise.resolve());
      await otlp.until(() => otlp.requests.length >= calls);
    }
    await telemetry.close();
    expect(said).toEqual([
      { level: "warn", event: "telemetry.lost", signal: "traces", why: "HTTP 400", records: 1 },
      { level: "warn", event: "telemetry.lost", signal: "traces", why: "HTTP 400", records: 2 },
    ]);
  });

  it("are sent again where the receiver was busy", async () => {
    otlp.answer = 503;
    await telemetry.traces.request(facts, () => Promise.resolve());
    await otlp.until(() => otlp.requests.length === 1);
    otlp.answer = 200;
    await otlp.until(() => otlp.spans.length === 1);
    expect(said).toEqual([]);
  });
});
