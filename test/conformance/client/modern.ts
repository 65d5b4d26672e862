import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { Connected } from "./errand.ts";

/** A client of SDK 2 (2026-07-28) that answers whatever it may be asked. */
export async function connectModern(url: URL): Promise<Connected> {
  const client = new Client(
    { name: "conformance-modern", version: "1.0.0" },
    {
      versionNegotiation: { mode: "auto" },
      capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
    },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { confirmed: true } }));
  await client.connect(new StreamableHTTPClientTransport(url));
  return {
    tools: async () => z.array(tool).parse((await client.listTools()).tools),
    call: (name, input) => client.callTool({ name, arguments: { ...input } }),
    async readAll() {
      for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
      for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
    },
    close: () => client.close(),
  };
}

const tool = z.object({ name: z.string(), inputSchema: z.record(z.string(), z.json()) });
