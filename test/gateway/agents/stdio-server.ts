/** A stdio MCP server for the agents' tests. It writes each call of `slow` to the file it is given, before it waits. */
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const [calls = ""] = process.argv.slice(2);
const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });
const server = new McpServer({ name: "beside the agent", version: "1" });

server.registerTool("get_secret_digest", {}, () =>
  text(createHash("sha256").update(`${process.env.API_KEY}`).digest("hex")),
);
server.registerTool("get_pid", {}, () => text(String(process.pid)));
server.registerTool("get_big", { inputSchema: { characters: z.number() } }, ({ characters }) =>
  text("x".repeat(characters)),
);
server.registerTool("slow_write", { inputSchema: { what: z.string() } }, async ({ what }) => {
  appendFileSync(calls, `${what}\n`);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  return text("too late");
});
server.registerTool("write_note", { inputSchema: { what: z.string() } }, ({ what }) => {
  appendFileSync(calls, `${what}\n`);
  return text("noted");
});
server.registerTool("get_steps", { inputSchema: { steps: z.number(), size: z.number() } }, async (args, extra) => {
  const progressToken = extra._meta?.progressToken ?? 0;
  for (let progress = 1; progress <= args.steps; progress += 1) {
    const message = "y".repeat(args.size);
    await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress, message } });
  }
  return text("done");
});

await server.connect(new StdioServerTransport());
