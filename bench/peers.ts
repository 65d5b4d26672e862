import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "../src/demo/free-port.ts";
import { callOf } from "./ground.ts";
import { startChild, startLineClient, startLoadClient, startTunnel } from "./processes/children.ts";
import type { JobResult } from "./processes/load-client.ts";
import { quantile } from "./table.ts";

/** One way to the same server. */
interface Way {
  readonly name: string;
  /** The same server reached as this way reaches it, with nothing between. */
  readonly bare: string;
  /** What its process has taken so far, in µs, where it tells. */
  readonly spentUs?: () => Promise<number>;
  run(size: number, width: number, calls: number): Promise<JobResult>;
}

const sizes = [
  { name: "200 B", size: 200, calls: [1_000, 1_600] },
  { name: "1 MB", size: 1_000_000, calls: [10, 32] },
] as const;
const widths = [1, 16] as const;
const rounds = 5;
/** A bridge runs for days: what is measured is not how soon its code is compiled. */
const warmCalls = 4_000;

/** The tunnel beside other local bridges, each in front of the same server, in turn. */
export async function comparePeers(): Promise<string> {
  const stand = await openWays();
  try {
    const cells = sizes.flatMap(({ name, size, calls }) =>
      widths.map((width, at) => ({ name, size, width, calls: calls[at] ?? 0, found: new Map<string, Found>() })),
    );
    for (const way of stand.ways) await way.run(sizes[0].size, 16, warmCalls);
    for (let round = -1; round < rounds; round += 1)
      for (const { size, width, calls, found } of cells)
        for (const [at] of stand.ways.entries()) {
          const way = stand.ways[(at + round + 1) % stand.ways.length];
          if (way === undefined) continue;
          await way.run(size, width, Math.ceil(calls / 4));
          const beforeUs = await way.spentUs?.();
          const { times, elapsedMs } = await way.run(size, width, calls);
          const spentUs = beforeUs === undefined ? undefined : ((await way.spentUs?.()) ?? beforeUs) - beforeUs;
          const figure = width === 1 ? quantile(times, 0.5) : (calls * 1000) / elapsedMs;
          // The first round makes everything warm.
          if (round < 0) continue;
          const { figures, spent } = found.get(way.name) ?? { figures: [], spent: [] };
          figures.push(figure);
          if (spentUs !== undefined) spent.push(spentUs / calls);
          found.set(way.name, { figures, spent });
        }
    const lines = cells.flatMap(({ name, width, found }) => [
      "",
      `${name}, ${width} at a time`,
      ...told(stand.ways, width, found),
    ]);
    return ["The tunnel beside other bridges, in front of the same server", ...lines, ""].join("\n");
  } finally {
    await stand.close();
  }
}

/** Of each round: p50 in ms or calls a second, and processor µs a call. */
interface Found {
  readonly figures: number[];
  readonly spent: number[];
}

/** Each way's figure; what it adds, or its calls a second, against the best of the others; processor time of the two that tell it. */
function told(ways: readonly Way[], width: number, found: ReadonlyMap<string, Found>): string[] {
  const figure = (name: string): number => quantile(found.get(name)?.figures ?? [], 0.5);
  const cost = ({ name, bare }: Way): number => (width === 1 ? figure(name) - figure(bare) : figure(name));
  const others = ways.filter(({ name, bare }) => name !== bare && name !== tunnelName && name !== proxyName).map(cost);
  const best = width === 1 ? Math.min(...others) : Math.max(...others);
  return ways.map((way) => {
    const figures = `${figure(way.name)
      .toFixed(width === 1 ? 3 : 0)
      .padStart(9)} ${width === 1 ? "ms p50" : "calls/s"}`;
    const ratio =
      way.name === way.bare
        ? ""
        : `${cost(way).toFixed(3).padStart(10)}  ×${(cost(way) / best).toFixed(2)} of the best peer`;
    const { spent = [] } = found.get(way.name) ?? {};
    const processor = spent.length === 0 ? "" : `  ${quantile(spent, 0.5).toFixed(0)} µs of processor a call`;
    return `${way.name.padEnd(28)} ${figures} ${ratio}${processor}`;
  });
}

const tunnelName = "tunnel";
const proxyName = "bare reverse proxy";

async function openWays(): Promise<{ readonly ways: readonly Way[]; close(): Promise<void> }> {
  const target = await startChild("echo-target");
  const origin = `http://127.0.0.1:${target.port}`;
  const url = `${origin}/mcp`;
  const proxy = await startChild("bare-proxy", url);
  const tunnel = await startTunnel(origin);
  const client = startLoadClient();
  const echoLines = fileURLToPath(new URL("./processes/echo-lines.ts", import.meta.url));
  const served = await serveByMcpProxy(echoLines);
  const http = (name: string, to: string, more: Readonly<Record<string, string>> = {}): Way => ({
    name,
    bare: to === served.url ? "server on stdio" : "server on HTTP",
    run: async (size, width, calls) => {
      const { headers, body } = to === served.url ? legacyCall(size) : callOf("echo", null, { size });
      return await client.run({ url: to, headers: { ...headers, ...more }, body, connections: width, calls });
    },
  });
  const lines = await Promise.all([
    startLineClient(echoLines, []),
    startLineClient(programOf("mcp-remote/dist/proxy.js"), [url, "--transport", "http-only"]),
    startLineClient(programOf("supergateway/dist/index.js"), ["--streamableHttp", url, "--logLevel", "none"]),
  ]);
  const names = ["server on stdio", "mcp-remote", "supergateway"];
  const ways = [
    http("server on HTTP", url),
    { ...http(proxyName, `http://127.0.0.1:${proxy.port}/mcp`), spentUs: () => proxy.spentUs() },
    { ...http(tunnelName, tunnel.url, { authorization: `Bearer ${tunnel.token}` }), spentUs: () => tunnel.spentUs() },
    http("mcp-proxy, no event store", served.url, served.headers),
    ...lines.map((line, at): Way => {
      const bare = at === 0 ? "server on stdio" : "server on HTTP";
      return {
        name: names[at] ?? "",
        bare,
        run: (size, width, calls) => line.run({ params: echo(size), width, calls }),
      };
    }),
  ];
  return {
    ways,
    async close() {
      await Promise.all([...lines, served, tunnel, client, proxy, target].map((each) => each.close()));
    },
  };
}

function programOf(path: string): string {
  return fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
}

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

function echo(size: number): object {
  return { name: "echo", arguments: { size } };
}

function legacyCall(size: number): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return { headers: json, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: echo(size) }) };
}

/** mcp-proxy serves a stdio server over HTTP; without its event store it is fastest. */
async function serveByMcpProxy(
  server: string,
): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>>; close(): Promise<void> }> {
  const port = await freePort();
  const program = programOf("mcp-proxy/dist/bin/mcp-proxy.mjs");
  const options = ["--host", "127.0.0.1", "--port", String(port), "--server", "stream", "--no-eventStore"];
  const child = spawn(process.execPath, [program, ...options, "--", process.execPath, server], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/mcp`;
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  for (;;) {
    const answer = await fetch(url, { method: "POST", headers: json, body }).catch(() => null);
    await answer?.text();
    const session = answer?.headers.get("mcp-session-id") ?? null;
    if (session === null) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    const close = async (): Promise<void> => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    };
    return { url, headers: { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" }, close };
  }
}
