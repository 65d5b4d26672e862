import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/gateway/config.ts";
import { serve, type Served } from "../gateway/connections/servers.ts";
import { modernRequest } from "../gateway/mcp/ground.ts";
import { startGatewayProcess, type GatewayProcess } from "../support/gateway-process.ts";
import { seeded } from "./seed.ts";

/** How long each kind of input is tried, in milliseconds: all of it within ten seconds. */
const eachMs = Number(process.env["COUNTERSIGN_FUZZ_MS"] ?? 1500);
const random = seeded();
let target: Served;
let gateway: GatewayProcess;
let token: string;
let hostile: ((response: ServerResponse, body: string) => void) | null = null;

beforeAll(async () => {
  process.stdout.write(`fuzz seed: COUNTERSIGN_FUZZ_SEED=${random.seed}\n`);
  target = await serve((_request, response, body) => {
    if (hostile === null) response.writeHead(500).end();
    else hostile(response, body);
  });
  const rules = [{ name: "reads", tools: ["get_*"], effect: "allow", readOnly: true }];
  // A small heap is collected often: memory that still grows under it is kept, not merely waiting for the collector.
  const node = ["--unhandled-rejections=strict", "--max-old-space-size=64"];
  gateway = await startGatewayProcess({ target: target.url, rules, node });
  token = await gateway.token("erin", ["engineers"]);
});
afterAll(async () => {
  await gateway.close();
  await target.close();
});

/** Repeats for its time, then sees that the gateway lives, said nothing of a fault, and holds no more memory than before by much. */
async function fuzz(round: () => Promise<void>): Promise<void> {
  for (let warm = 0; warm < 100; warm += 1) await round();
  const beforeBytes = await memory();
  const endsMs = performance.now() + eachMs;
  while (performance.now() < endsMs) await Promise.all(Array.from({ length: 8 }, round));
  expect(gateway.child.exitCode).toBeNull();
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  const faults = gateway
    .log()
    .split("\n")
    .filter((line) => line.includes('"level":"error"'));
  expect(faults.slice(0, 3)).toEqual([]);
  expect((await memory()) - beforeBytes).toBeLessThan(96 * 1024 * 1024);
}

async function memory(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]);
}

/** Sends bytes as they are on a connection of their own; gives what came back in a short while. */
async function raw(bytes: string | Buffer): Promise<string> {
  const socket = connect({ port: Number(new URL(gateway.url).port), host: "127.0.0.1" });
  socket.on("error", () => undefined);
  let answer = "";
  socket.on("data", (chunk: Buffer) => {
    answer += chunk.toString("latin1");
    socket.end();
  });
  socket.end(bytes);
  const late = setTimeout(() => socket.destroy(), 500);
  await once(socket, "close");
  clearTimeout(late);
  return answer;
}

function call(name: string): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const { headers = {}, body } = modernRequest(1, "tools/call", { name, arguments: { id: 7, text: "x" } });
  const own = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "text/event-stream" };
  return { headers: { ...own, ...headers }, body: JSON.stringify(body) };
}

describe("arbitrary input", () => {
  it("as HTTP crashes nothing and reaches no target", async () => {
    await fuzz(async () => {
      const { headers, body } = call("delete_all");
      const lines = Object.entries({ host: "x", ...headers, "content-length": String(body.length) });
      const path = random.pick(["/mcp/target", "/v1/me", "/v1/approvals/x/decision", "/healthz", "/v1/audit/export"]);
      const head = [`POST ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
      await raw(random.below(8) === 0 ? random.bytes(300) : random.spoil(`${head}\r\n\r\n${body}`));
    });
    expect(target.seen).toEqual([]);
  });

  it("as JSON-RPC of a verified caller crashes nothing, and forwards no call that no rule allows", async () => {
    await fuzz(async () => {
      const { headers, body } = call("delete_all");
      const spoilt = random.spoil(body);
      const answer = await fetch(`${gateway.url}/mcp/target`, { method: "POST", headers, body: spoilt });
      await answer.text();
      expect(answer.status).toBeLessThan(500);
    });
    expect(target.seen.filter(({ body }) => body.includes('"tools/call"') && !body.includes('"get_'))).toEqual([]);
  });

  it("as a WebSocket upgrade and as frames crashes nothing", async () => {
    const upgrade = [
      "GET /v1/approvals/stream?after=0 HTTP/1.1",
      "host: x",
      `authorization: Bearer ${token}`,
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ].join("\r\n");
    await fuzz(async () => {
      const head = random.below(2) === 0 ? random.spoil(upgrade) : upgrade;
      await raw(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), random.bytes(random.below(200))]));
    });
  });

  it("of a hostile target, as JSON and as an event stream, ends in an answer and crashes nothing", async () => {
    hostile = (response, body) => {
      // A GET has no body: the gateway opens a stream of its own where spoilt bytes make the target look like a legacy one.
      const { id } = (body === "" ? {} : JSON.parse(body)) as { readonly id?: number };
      const answer = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "4111 1111" }] } });
      const note = JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params: { progress: 1 } });
      const stream = random.below(3) > 0;
      response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
      response.write(random.spoil(stream ? `id: 1\ndata: ${note}\n\ndata: ${answer}\n\n` : answer), "latin1");
      if (random.below(4) === 0) response.destroy();
      else response.end();
    };
    await fuzz(async () => {
      const { headers, body } = call("get_it");
      const answer = await fetch(`${gateway.url}/mcp/target`, { method: "POST", headers, body });
      expect(answer.status).toBeLessThan(500);
      expect(await answer.text()).toMatch(/"(result|error)":/);
    });
    hostile = null;
  });

  it("as gateway.yaml is refused with its place, or read, and throws nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "countersign-fuzz-"));
    const file = join(folder, "gateway.yaml");
    const whole = `version: 1
listen: { host: 127.0.0.1, port: 0 }
publicUrl: http://127.0.0.1:7300
data: ./data
keys: ./keys
issuers: [{ name: staff, kind: oidc, issuer: "http://127.0.0.1:9", audience: a, clients: [b] }]
connections: [{ name: files, http: { url: "http://127.0.0.1:9/mcp", headers: { x: env:NAME } } }]
rules:
  - { name: reads, tools: ["read_*"], effect: allow, readOnly: true }
  - { name: holds, tools: ["w_*"], effect: approve, approvers: [x], expires: 10m }
`;
    try {
      const endsMs = performance.now() + eachMs;
      while (performance.now() < endsMs) {
        await writeFile(file, random.spoil(whole));
        const read = await readConfig(file);
        if (!read.ok)
          expect(read.problems.every(({ line, column, message }) => line > 0 && column > 0 && message !== "")).toBe(
            true,
          );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
