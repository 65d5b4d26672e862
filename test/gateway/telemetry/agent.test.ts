import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from "../../support/otlp-receiver.ts";
import { openAgentGround, type AgentGround } from "../agents/ground.ts";

let otlp: OtlpReceiver;
let ground: AgentGround;

beforeAll(async () => {
  otlp = await startOtlpReceiver();
  const env = { ENDPOINT: otlp.url, PROTOCOL: "http/json" };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(`OTEL_EXPORTER_OTLP_${name}`, value);
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "20");
  vi.stubEnv("OTEL_BLRP_SCHEDULE_DELAY", "20");
  ground = await openAgentGround();
});
afterAll(async () => {
  await ground.close();
  await otlp.close();
  vi.unstubAllEnvs();
});

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async function spanOf(holds: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
  await otlp.until(() => otlp.spans.some(holds));
  return otlp.spans.find(holds) ?? expect.fail("no such span");
}

/** The gateway's span of a call, its exchange with the agent, and the agent's own. */
async function chain(tool: string): Promise<readonly ReceivedSpan[]> {
  const call = await spanOf(({ facts }) => facts["gen_ai.tool.name"] === tool);
  const exchange = await spanOf(({ name, parentSpanId }) => name === "target" && parentSpanId === call.spanId);
  return [call, exchange, await spanOf(({ parentSpanId }) => parentSpanId === exchange.spanId)];
}

describe("an agent with OTEL_EXPORTER_OTLP_ENDPOINT", () => {
  it("adds its span below the gateway's, and tells the target nothing where the client sent no trace", async () => {
    const web = await ground.client("web");
    await web.callTool({ name: "slow", arguments: { drop: false } });
    const [call, , own] = await chain("slow");
    expect(own).toMatchObject({ name: "target", kind: 3, traceId: call?.traceId });
    expect(own?.facts).toEqual({ "countersign.connection": "web" });
    const told = ground.web.seen
      .flatMap(({ headers }) => Object.keys(headers))
      .filter((name) => name.includes("trace"));
    expect(told).toEqual([]);
    await web.close();
    const services = new Set(otlp.resources.map((resource) => resource["service.name"]));
    expect(services).toEqual(new Set(["countersign-gateway", "countersign-agent"]));
    expect(otlp.records.some(({ eventName }) => eventName === "agent.connected")).toBe(true);
  });

  it("tells the target its own span where the client sent a trace", async () => {
    const local = await ground.client("web");
    const before = ground.web.seen.length;
    await local.callTool({ name: "slow", arguments: { drop: false }, _meta: { traceparent } });
    const own = await spanOf(
      ({ traceId, name, kind }) => traceId === traceparent.slice(3, 35) && name === "target" && kind === 3,
    );
    const spans = () => otlp.spans.filter(({ traceId, name }) => traceId === own.traceId && name === "target");
    await otlp.until(() => spans().length === 2);
    const last = spans().find(({ parentSpanId }) => spans().some(({ spanId }) => spanId === parentSpanId));
    const asked = ground.web.seen.slice(before).find(({ body }) => body.includes('"tools/call"'));
    expect(asked?.headers.traceparent).toBe(`00-${own.traceId}-${last?.spanId}-01`);
    await local.close();
  });
});
