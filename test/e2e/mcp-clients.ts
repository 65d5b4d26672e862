import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";

const result = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
type ToolResult = z.infer<typeof result>;

/** What every MCP client of these tests can do, whatever it is made of. */
interface McpClient {
  list(): Promise<readonly string[]>;
  call(tool: string, input: Record<string, unknown>): Promise<ToolResult>;
  close(): Promise<void>;
}

/** Opens a client at an address of the tunnel with a client token. */
export type OpenClient = (url: string, token: string) => Promise<McpClient>;

/** SDK 1.x: the 2025-11-25 era, with a session. */
export const openV1: OpenClient = async (url, token) => {
  const client = new ClientV1({ name: "sdk-v1", version: "1" });
  const transport = new TransportV1(new URL(url), { requestInit: { headers: bearer(token) } });
  await client.connect(transport);
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, input) => result.parse(await client.callTool({ name, arguments: input })),
    close: () => client.close(),
  };
};

/** SDK 2.x, in the era that the target speaks. */
export const openV2: OpenClient = async (url, token) => {
  const client = new Client({ name: "sdk-v2", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: bearer(token) } }));
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, input) => result.parse(await client.callTool({ name, arguments: input })),
    close: () => client.close(),
  };
};

/** The Inspector's command-line client, a process for each request. */
export const openInspector: OpenClient = async (url, token) => {
  const program = await inspectorProgram();
  const ask = async (...args: readonly string[]): Promise<unknown> => {
    const header = `Authorization: Bearer ${token}`;
    const all = [program, "--cli", url, "--transport", "http", "--header", header, ...args];
    return JSON.parse((await promisify(execFile)(process.execPath, all)).stdout);
  };
  const listed = z.object({ tools: z.array(z.object({ name: z.string() })) });
  return {
    list: async () => listed.parse(await ask("--method", "tools/list")).tools.map(({ name }) => name),
    call: async (tool, input) => {
      const pairs = Object.entries(input).flatMap(([key, value]) => ["--tool-arg", `${key}=${String(value)}`]);
      return result.parse(await ask("--method", "tools/call", "--tool-name", tool, ...pairs));
    },
    close: async () => undefined,
  };
};

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** The file that the Inspector's command runs, for Node. */
export const inspectorProgram = (): Promise<string> =>
  programOf(import.meta.resolve("@modelcontextprotocol/inspector/package.json"), "mcp-inspector");
/** The same of mcp-remote, as a client starts it. */
export const remoteProgram = (): Promise<string> =>
  programOf(import.meta.resolve("mcp-remote/package.json"), "mcp-remote");

async function programOf(url: string, command: string): Promise<string> {
  const manifest = fileURLToPath(url);
  const { bin } = z
    .object({ bin: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(manifest, "utf8")));
  return join(dirname(manifest), bin[command] ?? "");
}
