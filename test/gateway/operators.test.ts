import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startGatewayProcess, type GatewayProcess, type GatewayProcessOptions } from "../support/gateway-process.ts";
import { serve, type Served } from "./connections/servers.ts";
import { modernRequest, result } from "./mcp/ground.ts";

const rules: GatewayProcessOptions["rules"] = [
  { name: "reads", tools: ["get_*"], effect: "allow", readOnly: true },
  { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] },
];
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A target whose `get_late` answers when `release` is called, and everything else at once. */
async function target(): Promise<Served & { release(): void; readonly asked: Promise<void> }> {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const served = await serve(async (_request, response, body) => {
    if (body.includes('"get_late"')) {
      asked.resolve();
      await gate.promise;
    }
    const listed = body.includes('"tools/list"');
    const value = listed ? { tools: [{ name: "slow_1", inputSchema: { type: "object" } }] } : { content: [] };
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
  });
  closing.push(() => served.close());
  return { ...served, release: gate.resolve, asked: asked.promise };
}

async function gateway(url: string, config: GatewayProcessOptions["config"] = {}): Promise<GatewayProcess> {
  const running = await startGatewayProcess({
    target: url,
    rules,
    config,
    env: { METRICS_TOKEN: "a-long-token-for-metrics" },
  });
  closing.push(() => running.close());
  return running;
}

function callTool({ url }: GatewayProcess, token: string, name: string): Promise<Response> {
  const { headers, body } = modernRequest(name, "tools/call", { name, arguments: {} });
  const own = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "text/event-stream" };
  return fetch(`${url}/mcp/target`, { method: "POST", headers: { ...own, ...headers }, body: JSON.stringify(body) });
}

describe("operators' paths", () => {
  it("say that the gateway is alive and ready, and count calls, refusals and writes without naming anybody", async () => {
    const running = await gateway((await target()).url);
    const token = await running.token("erin", ["engineers"]);
    expect(await (await fetch(`${running.url}/healthz`)).json()).toEqual({ status: "ok" });
    const ready = await fetch(`${running.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
    expect((await callTool(running, token, "get_secret_plan")).status).toBe(200);
    await (await callTool(running, token, "delete_all")).text();
    await fetch(`${running.url}/v1/me`);
    const answer = await fetch(`${running.url}/metrics`);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    expect(text).toContain('countersign_calls_total{connection="target",effect="allow",outcome="ok"} 1');
    expect(text).toContain('countersign_calls_total{connection="target",effect="deny",outcome="refused"} 1');
    expect(text).toContain('countersign_refusals_total{code="token_missing"} 1');
    expect(text).toMatch(/^countersign_commit_duration_seconds_count [1-9]/m);
    expect(text).toMatch(/^countersign_call_duration_seconds_bucket\{.*le="\+Inf"\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
    expect(text).not.toMatch(/erin|secret_plan|delete_all/);
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [\d.e+-]+)$/);
  });

  it("show metrics of a published gateway to nobody without the configured token", async () => {
    const published = await gateway((await target()).url, { publicUrl: "https://gateway.example" });
    expect((await fetch(`${published.url}/metrics`)).status).toBe(404);
    await published.reload((config) => Object.assign(config, { metrics: { token: "env:METRICS_TOKEN" } }));
    const ask = (authorization: string) => fetch(`${published.url}/metrics`, { headers: { authorization } });
    expect((await fetch(`${published.url}/metrics`)).status).toBe(404);
    expect((await ask("Bearer a-long-token-for-metric")).status).toBe(404);
    expect((await ask("Bearer a-long-token-for-metrics")).status).toBe(200);
  });

  it("say not ready while no issuer's keys can be had", async () => {
    const issuer = { name: "gone", kind: "oidc", issuer: "http://127.0.0.1:9", audience: "gateway", clients: ["app"] };
    const running = await gateway((await target()).url, { issuers: [issuer] });
    const answer = await fetch(`${running.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: "not_ready", failing: ["issuers"], unknownIssuers: ["gone"] },
    ]);
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
  });
});

describe("a gateway asked to stop", () => {
  it("lets the call under way end, refuses new ones, tells held ones and streams to come back, and ends cleanly", async () => {
    const served = await target();
    const running = await gateway(served.url);
    const token = await running.token("erin", ["engineers"]);
    const approver = await running.token("avery", ["approvers"]);
    const stream = new WebSocket(`${running.url.replace("http", "ws")}/v1/approvals/stream`, {
      headers: { authorization: `Bearer ${approver}` },
    });
    const sentAway = once(stream, "close");
    const waits = new Promise<string>((resolve) => {
      stream.on("message", (data: Buffer) => {
        const frame = JSON.parse(data.toString("utf8")) as { type: string; approval?: { id: string } };
        if (frame.type === "approval") resolve(frame.approval?.id ?? "");
      });
    });
    await once(stream, "open");
    const held = callTool(running, token, "slow_1").then((answer) => answer.text());
    const id = await waits;
    const late = callTool(running, token, "get_late");
    await served.asked;

    running.child.kill("SIGTERM");
    expect((await sentAway)[0]).toBe(1001);
    expect(await held).toContain(`Request ${id} stays open and nothing was run.`);
    const refused = await callTool(running, token, "get_other");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(await (await fetch(`${running.url}/readyz`)).json()).toEqual({ status: "not_ready", failing: ["draining"] });
    served.release();
    expect(await (await late).json()).toMatchObject({ id: "get_late", result: { content: [] } });
    expect(await running.ended()).toBe(0);
    expect(running.log()).toContain('"event":"gateway.drained","left":0');
    expect(served.seen.filter(({ body }) => body.includes("get_other"))).toEqual([]);
    expect(left(running)).toEqual({ last: "gateway.stopped", pending: 1 });
  });

  it("waits for calls no longer than drain says", async () => {
    const served = await target();
    const running = await gateway(served.url, { drain: "300ms" });
    const late = callTool(running, await running.token("erin", []), "get_late").catch(() => "cut off");
    await served.asked;
    running.child.kill("SIGTERM");
    expect(await running.ended()).toBe(0);
    expect(running.log()).toContain('"event":"gateway.drained","left":1');
    served.release();
    await late;
  });

  it("ends at once when it is asked a second time", async () => {
    const served = await target();
    const running = await gateway(served.url);
    const late = callTool(running, await running.token("erin", []), "get_late").catch(() => "cut off");
    await served.asked;
    running.child.kill("SIGTERM");
    const again = setInterval(() => running.child.kill("SIGTERM"), 300);
    expect(await running.ended()).toBe(130);
    clearInterval(again);
    expect(await late).toBe("cut off");
  });
});

describe("a reload", () => {
  it("drops no call and no connection, however often it comes", async () => {
    const running = await gateway((await target()).url);
    const token = await running.token("erin", ["engineers"]);
    const port = Number(new URL(running.url).port);
    const kept = connect({ port, host: "127.0.0.1" });
    closing.push(async () => void kept.destroy());
    await once(kept, "connect");
    const over = new AbortController();
    const made = { calls: 0 };
    const caller = async (): Promise<void> => {
      for (; !over.signal.aborted; made.calls += 1) {
        const answer = await callTool(running, token, "get_x");
        expect(await answer.json()).toMatchObject({ result: { content: [] } });
      }
    };
    const callers = Promise.all([caller(), caller(), caller(), caller()]);
    for (let round = 0; round < 4 || made.calls <= 20; round += 1) {
      await running.reload((config) =>
        config.rules.push({ name: `more-${round}`, tools: [`x${round}`], effect: "deny" }),
      );
    }
    over.abort();
    await callers;
    kept.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(String((await once(kept, "data"))[0])).toContain("200 OK");
  });
});

/** What the stopped gateway's ledger ends with, and how many approvals still wait. */
function left({ folder }: GatewayProcess): { readonly last: string; readonly pending: number } {
  const db = new DatabaseSync(join(folder, "data", "gateway.sqlite"), { readOnly: true });
  try {
    const last = db.prepare("SELECT leaf FROM ledger_entries ORDER BY seq DESC LIMIT 1").get();
    const pending = db.prepare("SELECT count(*) AS n FROM approvals WHERE state = 'pending'").get();
    const { kind } = JSON.parse(String(last?.["leaf"])) as { kind: string };
    return { last: kind, pending: Number(pending?.["n"]) };
  } finally {
    db.close();
  }
}
