import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startGatewayProcess, type GatewayProcess } from "../../support/gateway-process.ts";
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from "../../support/otlp-receiver.ts";
import { serve, type Served } from "../connections/servers.ts";
import { enrolApprover } from "../mcp/approver.ts";
import { modernRequest, result } from "../mcp/ground.ts";
import { nextPending } from "../mcp/hold-ground.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const rules = [
  { name: "reads", tools: ["get_*"], effect: "allow" },
  { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] },
];
const clientTrace = "0af7651916cd43dd8448eb211c80319c";
const clientSpan = "b7ad6b7169203331";
const traceparent = `00-${clientTrace}-${clientSpan}-01`;

/** `get_bad` breaks its promise, everything else answers a secret. */
async function target(): Promise<Served> {
  const served = await serve((_request, response, body) => {
    const tools = ["get_plan", "get_bad", "slow_plan"].map((name) => ({ name, inputSchema: { type: "object" } }));
    const value = body.includes('"tools/list"') ? { tools } : { content: [{ type: "text", text: "answer-secret" }] };
    const said =
      body.includes('"get_bad"') && body.includes('"tools/call"') ? "no JSON: answer-secret" : result(body, value);
    response.writeHead(200, { "content-type": "application/json" }).end(said);
  });
  closing.push(() => served.close());
  return served;
}

async function receiver(): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver();
  closing.push(() => started.close());
  return started;
}

async function gateway(
  served: Served,
  env: Readonly<Record<string, string>>,
  node: readonly string[] = [],
): Promise<GatewayProcess> {
  const quick = { OTEL_BSP_SCHEDULE_DELAY: "20", OTEL_BLRP_SCHEDULE_DELAY: "20" };
  const running = await startGatewayProcess({ target: served.url, rules, node, env: { ...quick, ...env } });
  closing.push(() => running.close());
  return running;
}

const json = (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });

function callTool(
  { url }: GatewayProcess,
  token: string,
  name: string,
  more: { readonly meta?: Record<string, string>; readonly headers?: Record<string, string> } = {},
): Promise<Response> {
  const params = { name, arguments: { text: "argument-secret" }, ...(more.meta && { _meta: more.meta }) };
  const { headers, body } = modernRequest(name, "tools/call", params);
  const own = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "text/event-stream" };
  const all = { ...own, ...headers, ...more.headers };
  return fetch(`${url}/mcp/target`, { method: "POST", headers: all, body: JSON.stringify(body) });
}

/** The server span of this tool, once it has come. */
async function serverSpan(otlp: OtlpReceiver, holds: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
  const found = (): ReceivedSpan | undefined => otlp.spans.find((span) => span.kind === 2 && holds(span));
  await otlp.until(() => found() !== undefined);
  const span = found();
  if (span === undefined) throw new Error("no such span");
  return span;
}

const ofTool = (name: string) => (span: ReceivedSpan) => span.facts["gen_ai.tool.name"] === name;

describe("a gateway with OTEL_EXPORTER_OTLP_ENDPOINT", () => {
  it("sends a span for an allowed, a denied, a held and a failing call, its steps below it, and nothing of payload or person", async () => {
    const otlp = await receiver();
    const running = await gateway(await target(), json(otlp.url));
    const token = await running.token("erin", ["engineers"]);
    const avery = await running.token("avery", ["approvers"]);
    const approver = await enrolApprover(running, avery);

    expect((await callTool(running, token, "get_plan")).status).toBe(200);
    const allowed = await serverSpan(otlp, ofTool("get_plan"));
    expect(allowed).toMatchObject({ name: "tools/call get_plan", status: { code: 0 } });
    expect(allowed.facts).toMatchObject({
      "mcp.method.name": "tools/call",
      "mcp.protocol.version": "2026-07-28",
      "gen_ai.operation.name": "execute_tool",
      "server.address": "127.0.0.1",
      "server.port": new URL(running.url).port,
      "countersign.connection": "target",
      "countersign.effect": "allow",
      "countersign.rule": "reads",
      "countersign.outcome": "ok",
    });
    const below = (span: ReceivedSpan): readonly string[] =>
      otlp.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).map(({ name }) => name);
    expect(below(allowed)).toContain("target");
    // The tool's first sight, the request, the answer.
    expect(below(allowed).filter((name) => name === "commit")).toHaveLength(3);

    await (await callTool(running, token, "delete_plan")).text();
    const denied = await serverSpan(otlp, ofTool("delete_plan"));
    expect(denied).toMatchObject({ name: "tools/call", status: { code: 0 } });
    expect(denied.facts).toMatchObject({
      "countersign.effect": "deny",
      "countersign.outcome": "refused",
      "countersign.code": "-32050",
    });
    expect(below(denied)).toEqual(["commit"]);

    const held = callTool(running, token, "slow_plan");
    const approval = await nextPending(running, avery, "argument-secret");
    await approver.approve(approval);
    expect(await (await held).text()).toContain("answer-secret");
    const waited = await serverSpan(otlp, ofTool("slow_plan"));
    expect(waited.facts).toMatchObject({
      "countersign.effect": "approve",
      "countersign.rule": "held",
      "countersign.approval": approval.id,
      "countersign.outcome": "ok",
    });
    expect(below(waited)).toEqual(expect.arrayContaining(["hold", "target", "commit"]));

    await (await callTool(running, token, "get_bad")).text();
    const failing = await serverSpan(otlp, ofTool("get_bad"));
    expect(failing).toMatchObject({ status: { code: 2 } });
    expect(failing.facts).toMatchObject({ "countersign.outcome": "unknown", "error.type": "-32054" });
    const failed = otlp.spans.find(({ name, parentSpanId }) => name === "target" && parentSpanId === failing.spanId);
    expect(failed?.facts["error.type"]).toBe("protocol");

    const all = Buffer.concat(otlp.requests.map(({ body }) => body)).toString("utf8");
    expect(all).not.toMatch(/erin|avery|engineers|argument-secret|answer-secret|Bearer|eyJ/);
  });

  it("takes part in the client's trace and tells the target so, leaving the message as it was", async () => {
    const otlp = await receiver();
    const served = await target();
    const running = await gateway(served, json(otlp.url));
    const token = await running.token("erin", ["engineers"]);
    const other = "00-11111111111111111111111111111111-2222222222222222-01";
    await callTool(running, token, "get_plan", {
      meta: { traceparent, tracestate: "a=1" },
      headers: { traceparent: other },
    });
    const span = await serverSpan(otlp, ofTool("get_plan"));
    expect(span).toMatchObject({
      traceId: clientTrace,
      parentSpanId: clientSpan,
      links: [{ spanId: "2222222222222222" }],
    });
    const exchange = otlp.spans.find(({ name, parentSpanId }) => name === "target" && parentSpanId === span.spanId);
    const asked = served.seen.find(({ body }) => body.includes('"tools/call"'));
    expect(asked?.headers).toMatchObject({
      traceparent: `00-${clientTrace}-${exchange?.spanId}-01`,
      tracestate: "a=1",
    });
    expect(JSON.parse(asked?.body ?? "")).toMatchObject({ params: { _meta: { traceparent, tracestate: "a=1" } } });

    await callTool(running, token, "get_plan", { headers: { traceparent: other } });
    expect(await serverSpan(otlp, ({ parentSpanId }) => parentSpanId === "2222222222222222")).toBeDefined();
  });

  it("begins a trace of its own for a client without one, or with a broken one, and tells the target nothing", async () => {
    const otlp = await receiver();
    const served = await target();
    const running = await gateway(served, json(otlp.url));
    const token = await running.token("erin", ["engineers"]);
    const broken = { meta: { traceparent: `00-${"0".repeat(32)}-${clientSpan}-01` } };
    await callTool(running, token, "get_plan", broken);
    const span = await serverSpan(otlp, ofTool("get_plan"));
    expect(span.parentSpanId ?? "").toBe("");
    for (const { headers } of served.seen)
      expect(Object.keys(headers).filter((name) => name.includes("trace"))).toEqual([]);
  });

  it("sends its log's lines as records, and names itself as the standard variables say", async () => {
    const otlp = await receiver();
    const named = { OTEL_SERVICE_NAME: "front-door", OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test" };
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b", OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" };
    await gateway(await target(), { ...json(otlp.url), ...named, ...headers });
    await otlp.until(() => otlp.records.some(({ eventName }) => eventName === "gateway.listening"));
    expect(otlp.records[0]).toMatchObject({ severityText: "INFO" });
    expect(otlp.resources[0]).toMatchObject({ "service.name": "front-door", "deployment.environment.name": "test" });
    expect(otlp.requests[0]?.headers).toMatchObject({ "x-key": "a b", "content-encoding": "gzip" });
  });

  it("speaks protobuf where no protocol is named, and sends what waits before it ends", async () => {
    const otlp = await receiver();
    const late = { OTEL_BSP_SCHEDULE_DELAY: "600000", OTEL_BLRP_SCHEDULE_DELAY: "600000" };
    const running = await gateway(await target(), { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url, ...late });
    await callTool(running, await running.token("erin", ["engineers"]), "get_plan");
    expect(otlp.requests).toEqual([]);
    running.child.kill("SIGTERM");
    expect(await running.ended()).toBe(0);
    const sent = otlp.requests.find(({ path }) => path === "/v1/traces");
    expect(sent?.headers["content-type"]).toBe("application/x-protobuf");
    // Field 5 of a Span is its name, of wire type 2.
    expect(sent?.body.includes(Buffer.from("\x2a\x13tools/call get_plan", "latin1"))).toBe(true);
    expect(otlp.requests.some(({ path, body }) => path === "/v1/logs" && body.includes("gateway.drained"))).toBe(true);
  });

  it.each(["never answers", "is not there"])(
    "is neither slowed nor kept from ending by a receiver that %s",
    async (how) => {
      const otlp = await receiver();
      otlp.answer = "never";
      const dead = how === "is not there";
      // Whatever waited for it would wait longer than this test may take.
      const env = { ...json(dead ? await deadUrl() : otlp.url), OTEL_EXPORTER_OTLP_TIMEOUT: "600000" };
      const running = await gateway(await target(), env);
      const token = await running.token("erin", ["engineers"]);
      if (!dead) await otlp.until(() => otlp.requests.length > 0);
      for (let calls = 0; calls < 20; calls += 1) expect((await callTool(running, token, "get_plan")).status).toBe(200);
      running.child.kill("SIGTERM");
      expect(await running.ended()).toBe(0);
      expect(running.log()).toContain('"event":"telemetry.lost","signal":"traces","why":"timeout"');
    },
  );
});

describe("a gateway without telemetry", () => {
  /** Ends the process as soon as anything asks for OpenTelemetry. */
  const trap = [
    "--import",
    `data:text/javascript,${encodeURIComponent(
      `import { registerHooks } from "node:module";
       registerHooks({ resolve(name, context, next) {
         if (name.startsWith("@opentelemetry/")) { process.stderr.write("LOADED " + name + "\\n"); }
         return next(name, context);
       } });`,
    )}`,
  ];

  it.each([
    ["no variable is set", {}, false],
    ["the SDK is disabled", { OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }, false],
    [
      "both exporters are none",
      { OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
      false,
    ],
    [
      "the protocol is one it can't speak",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      false,
    ],
    [
      "(to show that the trap works) an exporter is named",
      { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
      true,
    ],
  ])("loads nothing of it where %s", async (_, env, loads) => {
    const running = await gateway(await target(), env, trap);
    expect((await callTool(running, await running.token("erin", []), "get_plan")).status).toBe(200);
    expect(running.log().includes("LOADED @opentelemetry/")).toBe(loads);
  });
});

/** An address at which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
}
