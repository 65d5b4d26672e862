import type { JsonObject } from "../src/shared/json.ts";
import { loadKeys } from "../src/gateway/keys.ts";
import { openStore } from "../src/gateway/store/open-store.ts";
import { join } from "node:path";
import { startGatewayProcess, type GatewayProcess } from "../test/support/gateway-process.ts";
import { startChild, startLoadClient, type LoadClient } from "./processes/children.ts";
import type { Job } from "./processes/load-client.ts";

/** Target, bare proxy and client, each a process of its own; gateways are added as they are needed. */
export interface Ground {
  readonly target: string;
  readonly proxy: string;
  readonly client: LoadClient;
  /** A gateway with everything on: verification, rules, masking, durable ledger. */
  gateway(options?: GatewayOptions): Promise<GatewayProcess>;
  close(): Promise<void>;
}

interface GatewayOptions {
  /** How many rules stand before the one that lets the call through. */
  readonly rules?: number;
  /** How many entries the ledger holds before the first call. */
  readonly entries?: number;
  /** Whether the call's rule says that it changes nothing, so that its record may be written while it runs. */
  readonly readOnly?: boolean;
  /** As gateway.yaml has them, with the secrets that they name. */
  readonly sinks?: JsonObject[];
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[];
}

export async function openGround(): Promise<Ground> {
  const target = await startChild("echo-target");
  const targetUrl = `http://127.0.0.1:${target.port}/mcp`;
  const proxy = await startChild("bare-proxy", targetUrl);
  const client = startLoadClient();
  const gateways: GatewayProcess[] = [];
  return {
    target: targetUrl,
    proxy: `http://127.0.0.1:${proxy.port}/mcp`,
    client,
    async gateway({ rules = 10, entries = 0, readOnly = true, sinks = [], env = {}, node = [] } = {}) {
      const gateway = await startGatewayProcess({
        target: targetUrl,
        rules: rulesBefore(rules, readOnly),
        // One principal makes all the calls that are held.
        config: { approvals: { mostPending: 10_000 }, sinks },
        node,
        env,
        prepare: (folder, origin) => fill(folder, origin, entries),
      });
      gateways.push(gateway);
      return gateway;
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await Promise.all([target.close(), proxy.close(), client.close()]);
    },
  };
}

/** The 200-byte echo call of a modern client, to this address. */
export function echoJob(url: string, token: string | null, connections: number, calls: number): Job {
  return { ...callOf("echo", token), url, connections, calls };
}

/** Headers and body of one `tools/call`. */
export function callOf(
  name: string,
  token: string | null,
  args: JsonObject = { text: "x".repeat(200) },
): Pick<Job, "headers" | "body"> {
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name,
      arguments: args,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  });
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": name,
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  return { headers, body };
}

function rulesBefore(count: number, readOnly: boolean): JsonObject[] {
  const other = Array.from({ length: Math.max(0, count - 2) }, (_, at) => ({
    name: `rule ${at}`,
    tools: [`tool_${at}_*`],
    groups: ["engineers"],
    effect: "deny",
  }));
  return [
    ...other,
    { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] },
    { name: "echo", tools: ["echo"], groups: ["engineers"], effect: "allow", readOnly },
  ];
}

/** Fills a new store's ledger with entries of a call's size. */
async function fill(folder: string, origin: string, entries: number): Promise<void> {
  if (entries === 0) return;
  const store = await openStore({
    folder: join(folder, "data"),
    keys: await loadKeys(join(folder, "keys")),
    origin,
    now: Date.now,
  });
  const filler = "x".repeat(500);
  for (let from = 0; from < entries; from += 10_000) {
    await store.commit((writes) => {
      for (let n = from; n < Math.min(entries, from + 10_000); n += 1) writes.append("call.request", { n, filler });
    });
  }
  await store.close();
}
