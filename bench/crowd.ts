import { once } from "node:events";
import { request, type ClientRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import type { GatewayProcess } from "../test/support/gateway-process.ts";
import { callOf, type Ground } from "./ground.ts";
import { quantile } from "./table.ts";

const holds = 1000;
const readers = 200;

/** A thousand calls held one after another before two hundred connected approvers: hold to push, and memory of each. */
export async function measureCrowd(ground: Ground): Promise<string> {
  const report = new URL("./processes/heap-report.ts", import.meta.url).href;
  const gateway = await ground.gateway({ node: ["--expose-gc", "--import", report] });
  const token = await gateway.token("erin", ["engineers"]);
  const crowd = await connectReaders(gateway);
  const held: ClientRequest[] = [];
  const [first, all]: [number[], number[]] = [[], []];
  for (let at = 0; at < 20; at += 1) await hold(gateway, token, `warm ${at}`, crowd, held);
  const beforeBytes = await heapOf(gateway);
  for (let at = 0; at < holds; at += 1) {
    const startedMs = performance.now();
    const pushed = await hold(gateway, token, `call ${at}`, crowd, held);
    first.push(pushed.firstMs - startedMs);
    all.push(pushed.allMs - startedMs);
  }
  const eachBytes = ((await heapOf(gateway)) - beforeBytes) / holds;
  for (const call of held) call.destroy();
  for (const socket of crowd.sockets) socket.terminate();
  return [
    `${holds} held calls before ${readers} connected approvers`,
    `${"".padEnd(44)} ${"p50 ms".padStart(9)} ${"p99 ms".padStart(9)}`,
    row("hold to the first approver's push", first),
    row("hold to the last approver's push", all),
    `memory of each held call in the gateway: ${(eachBytes / 1024).toFixed(1)} KiB`,
    "",
  ].join("\n");
}

function row(name: string, values: readonly number[]): string {
  return `${name.padEnd(44)} ${quantile(values, 0.5).toFixed(2).padStart(9)} ${quantile(values, 0.99).toFixed(2).padStart(9)}`;
}

interface Crowd {
  readonly sockets: readonly WebSocket[];
  /** Called for each approver that a push reaches. */
  pushed: () => void;
}

async function connectReaders(gateway: GatewayProcess): Promise<Crowd> {
  const token = await gateway.token("avery", ["approvers"]);
  const sockets: WebSocket[] = [];
  const crowd: Crowd = { sockets, pushed: () => undefined };
  for (let at = 0; at < readers; at += 1) {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/v1/approvals/stream`, { headers });
    await once(socket, "open");
    socket.on("message", (data: Buffer) => {
      // The type is the first member: parsing each of 200 copies would measure this client.
      if (data.subarray(0, 30).includes('"approval"')) crowd.pushed();
    });
    sockets.push(socket);
  }
  await delay(200);
  return crowd;
}

async function hold(
  gateway: GatewayProcess,
  token: string,
  text: string,
  crowd: Crowd,
  held: ClientRequest[],
): Promise<{ readonly firstMs: number; readonly allMs: number }> {
  const whole = Promise.withResolvers<number>();
  let firstMs = 0;
  let reached = 0;
  crowd.pushed = () => {
    reached += 1;
    if (reached === 1) firstMs = performance.now();
    if (reached === readers) whole.resolve(performance.now());
  };
  const { headers, body } = callOf("slow_echo", token, { text: text.padEnd(200, "x") });
  const call = request(`${gateway.url}/mcp/target`, { method: "POST", headers, agent: false });
  call.on("error", () => undefined);
  call.on("response", (answer) => answer.resume().on("error", () => undefined));
  call.end(body);
  held.push(call);
  return { allMs: await whole.promise, firstMs };
}

async function heapOf(gateway: GatewayProcess): Promise<number> {
  const before = gateway.log().length;
  gateway.child.kill("SIGUSR2");
  for (;;) {
    const found = /heap (\d+)/.exec(gateway.log().slice(before))?.[1];
    if (found !== undefined) return Number(found);
    await delay(10);
  }
}
