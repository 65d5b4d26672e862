import { toNodeHandler } from "@modelcontextprotocol/node";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import { isJsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import type { Handler } from "../connections/servers.ts";
import { eventually } from "../../support/eventually.ts";

/** What a target has run, and the gate that its tool waits at. */
export interface Tally {
  readonly ran: string[];
  /** Awaited by the tool after it has noted the call; a test may hold it closed. */
  gate: Promise<void>;
}

/** An MCP server of both eras with a tool `slow_write` that declares an output schema, counts its calls and waits at the gate. */
export function tallyServer(tally: Tally): Handler {
  const handle = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: "tally", version: "1" });
      const text = z.object({ text: z.string() });
      server.registerTool("slow_write", { inputSchema: text, outputSchema: text }, async ({ text: written }) => {
        tally.ran.push(written);
        await tally.gate;
        return { content: [{ type: "text", text: `wrote ${written}` }], structuredContent: { text: written } };
      });
      return server;
    }),
  );
  return async (request, response, body) => {
    const { method, url } = request;
    if (method === undefined || url === undefined) return;
    await handle(Object.assign(request, { method, url }), response, body === "" ? undefined : JSON.parse(body));
  };
}

/** What the gateway adds to an answer about a held call. */
export const heldMeta = z.object({
  "countersign/approval": z.object({ id: z.string(), state: z.string(), expiresAt: z.iso.datetime() }),
});

/** The request to write this text that waits for a decision, once there is one. */
export function nextPending({ url }: { readonly url: string }, token: string, text: string): Promise<ApprovalView> {
  return eventually(async () => {
    const { body } = await call(url, token, "/v1/approvals?state=pending");
    const { approvals } = z.object({ approvals: z.array(approvalView) }).parse(body);
    const found = approvals.find(({ payload }) => isJsonObject(payload.arguments) && payload.arguments.text === text);
    if (found === undefined) throw new Error("it does not wait yet");
    return found;
  });
}

/** A stock client of SDK 1 (2025-11-25), at its default settings but for its name. */
export async function stockV1(url: string, token: string, name = "sdk-v1"): Promise<ClientV1> {
  const client = new ClientV1({ name, version: "1" });
  await client.connect(new TransportV1(new URL(`${url}/mcp/target`), { requestInit: { headers: bearer(token) } }));
  return client;
}

/** A stock client of SDK 2 in the era of 2026-07-28, at its default settings. */
export async function stockV2(url: string, token: string): Promise<Client> {
  const client = new Client({ name: "sdk-v2", version: "1" }, { versionNegotiation: { mode: "auto" } });
  const address = new URL(`${url}/mcp/target`);
  await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers: bearer(token) } }));
  return client;
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
