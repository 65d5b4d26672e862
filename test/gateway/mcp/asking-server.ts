import { toNodeHandler } from "@modelcontextprotocol/node";
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Handler } from "../connections/servers.ts";

/** Holds what masking would change: it has to come back as it was all the same. */
export const targetState = "state of 4012 8888 8888 1881";

/** A server of 2026-07-28 whose tool asks for a database and a reason, one after the other, before it writes. `done` gets each step. */
export function askingServer(done: string[]): Handler {
  const handle = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: "asking", version: "1" });
      server.registerTool("slow_ask", { inputSchema: z.object({ text: z.string() }) }, ({ text: written }, ctx) => {
        const { inputResponses: given } = ctx.mcpReq;
        const reason = acceptedContent(given, "reason", z.object({ reason: z.string() }));
        if (reason !== undefined && ctx.mcpReq.requestState() === targetState) {
          done.push(`wrote ${written}`);
          return { content: [{ type: "text", text: `wrote ${written} because of ${reason.reason}` }] };
        }
        const database = acceptedContent(given, "database", z.object({ database: z.string() }));
        done.push(`asked for ${database === undefined ? "database" : "reason"}`);
        return inputRequired({
          inputRequests: database === undefined ? { database: form("database") } : { reason: form("reason") },
          requestState: targetState,
        });
      });
      server.registerTool("slow_endless", {}, () => inputRequired({ inputRequests: { database: form("database") } }));
      return server;
    }),
  );
  return async (request, response, body) => {
    const { method, url } = request;
    if (method === undefined || url === undefined) return;
    await handle(Object.assign(request, { method, url }), response, body === "" ? undefined : JSON.parse(body));
  };
}

function form(field: string): ReturnType<typeof inputRequired.elicit> {
  const requestedSchema = { type: "object" as const, properties: { [field]: { type: "string" as const } } };
  return inputRequired.elicit({ message: `Which ${field}?`, requestedSchema });
}
