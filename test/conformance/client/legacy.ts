import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { Connected } from "./errand.ts";

/** A client of SDK 1 (2025-11-25) that accepts every form as its defaults have it. */
export async function connectLegacy(url: URL): Promise<Connected> {
  const client = new Client(
    { name: "conformance-legacy", version: "1.0.0" },
    { capabilities: { elicitation: { form: { applyDefaults: true } } } },
  );
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: {} }));
  await client.connect(new StreamableHTTPClientTransport(url));
  return {
    tools: async () => z.array(tool).parse((await client.listTools()).tools),
    call: (name, input) => client.callTool({ name, arguments: { ...input } }),
    readAll: () => Promise.reject(new Error("No scenario of this era asks for it.")),
    close: () => client.close(),
  };
}

const tool = z.object({ name: z.string(), inputSchema: z.record(z.string(), z.json()) });
