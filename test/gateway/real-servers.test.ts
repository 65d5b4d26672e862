import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageCommand } from "../../src/demo/sample-servers.ts";
import { openWays, type Ways } from "../conformance/ways.ts";
import { findChromium } from "../support/find-chromium.ts";
import { record, type RecordedCall } from "./recording.ts";

let folder: string;
let files: string;
let page: string;
let pages: Server;
let ways: Ways;
const commands = new Map<string, { command: string; args: string[]; env: Record<string, string> }>();

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "countersign-real-")));
  files = join(folder, "files");
  pages = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(html);
  });
  await new Promise<void>((resolve) => void pages.listen(0, "127.0.0.1", resolve));
  page = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
  const output = join(folder, "output");
  const browser = ["--headless", "--no-sandbox", "--isolated", "--output-dir", output];
  const chromium = findChromium() ?? "";
  const servers: readonly [string, string, readonly string[], Record<string, string>][] = [
    ["everything", "@modelcontextprotocol/server-everything", [], {}],
    ["memory", "@modelcontextprotocol/server-memory", [], { MEMORY_FILE_PATH: join(folder, "memory.json") }],
    ["files", "@modelcontextprotocol/server-filesystem", [files], {}],
    ["browser", "@playwright/mcp", [...browser, "--executable-path", chromium], {}],
  ];
  for (const [name, packageName, args, env] of servers) {
    const { command, args: all } = await packageCommand(packageName, ...args);
    commands.set(name, { command, args: [...all], env });
  }
  ways = await openWays([...commands].map(([name, stdio]) => ({ name, stdio, timeout: "30s" })));
});
afterAll(async () => {
  await ways.close();
  pages.close();
  pages.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

/** The same state before each recording: a server that writes would otherwise see what the other one wrote. */
async function reset(): Promise<void> {
  await rm(join(folder, "memory.json"), { force: true });
  await rm(join(folder, "output"), { recursive: true, force: true });
  await rm(files, { recursive: true, force: true });
  await mkdir(join(files, "below"), { recursive: true });
  await writeFile(join(files, "a.txt"), "one\ntwo\nthree\n");
  await writeFile(join(files, "pixel.png"), Buffer.from("iVBORw0KGgo=", "base64"));
}

async function recordings(name: string, calls: readonly RecordedCall[]): Promise<readonly Record<string, unknown>[]> {
  const command = commands.get(name);
  if (command === undefined) throw new Error(`no server ${name}`);
  await reset();
  const direct = await record(new StdioClientTransport({ ...command, stderr: "ignore" }), calls);
  await reset();
  const url = new URL(await ways.tunnel(name));
  return [direct, await record(new StreamableHTTPClientTransport(url), calls)];
}

const entity = { name: "gateway", entityType: "program", observations: ["stands between"] };
const relation = { from: "gateway", to: "ledger", relationType: "writes" };

const safe: Readonly<Record<string, () => readonly RecordedCall[]>> = {
  everything: () => [
    { tool: "echo", input: { message: "hello" } },
    { tool: "get-annotated-message", input: { messageType: "error", includeImage: true } },
    { tool: "get-resource-links", input: { count: 3 } },
    { tool: "get-resource-reference", input: { resourceType: "Text", resourceId: 1 } },
    { tool: "get-structured-content", input: { location: "Chicago" } },
    { tool: "get-sum", input: { a: 2, b: 3 } },
    { tool: "get-tiny-image" },
    { tool: "gzip-file-as-resource", input: { name: "a.gz", data: "data:text/plain,hello", outputType: "resource" } },
    { tool: "trigger-long-running-operation", input: { duration: 0.5, steps: 3 }, progress: true },
    { tool: "get-roots-list" },
    { tool: "trigger-sampling-request", input: { prompt: "hello", maxTokens: 10 } },
    { tool: "trigger-elicitation-request" },
    { tool: "simulate-research-query", input: { topic: "gateways" } },
    { tool: "echo" },
    { tool: "no-such-tool" },
  ],
  memory: () => [
    { tool: "create_entities", input: { entities: [entity, { ...entity, name: "ledger" }] } },
    { tool: "create_relations", input: { relations: [relation] } },
    { tool: "add_observations", input: { observations: [{ entityName: "ledger", contents: ["grows"] }] } },
    { tool: "read_graph" },
    { tool: "search_nodes", input: { query: "grows" } },
    { tool: "open_nodes", input: { names: ["gateway"] } },
    { tool: "delete_observations", input: { deletions: [{ entityName: "ledger", observations: ["grows"] }] } },
    { tool: "delete_relations", input: { relations: [relation] } },
    { tool: "delete_entities", input: { entityNames: ["ledger"] } },
    { tool: "read_graph" },
  ],
  files: () => {
    const path = join(files, "a.txt");
    const edits = [{ oldText: "two", newText: "2" }];
    return [
      { tool: "list_allowed_directories" },
      { tool: "read_file", input: { path } },
      { tool: "read_text_file", input: { path, tail: 2 } },
      { tool: "read_media_file", input: { path: join(files, "pixel.png") } },
      { tool: "read_multiple_files", input: { paths: [path, join(files, "none.txt")] } },
      { tool: "write_file", input: { path: join(files, "b.txt"), content: "written" } },
      { tool: "edit_file", input: { path, edits, dryRun: true } },
      { tool: "edit_file", input: { path, edits } },
      { tool: "create_directory", input: { path: join(files, "new") } },
      { tool: "move_file", input: { source: join(files, "b.txt"), destination: join(files, "new", "b.txt") } },
      { tool: "list_directory", input: { path: files } },
      { tool: "list_directory_with_sizes", input: { path: files } },
      { tool: "directory_tree", input: { path: files } },
      { tool: "search_files", input: { path: files, pattern: "**/*.txt" } },
      { tool: "get_file_info", input: { path } },
      { tool: "read_file", input: { path: "/etc/passwd" } },
    ];
  },
  browser: () => [
    { tool: "browser_navigate", input: { url: page } },
    { tool: "browser_snapshot" },
    { tool: "browser_find", input: { text: "Name" } },
    { tool: "browser_resize", input: { width: 800, height: 600 } },
    { tool: "browser_emulate_media", input: { colorScheme: "dark" } },
    { tool: "browser_evaluate", input: { function: "() => document.title" } },
    { tool: "browser_type", input: { element: "Name", target: "#name", text: "Ada" } },
    { tool: "browser_press_key", input: { key: "Tab" } },
    { tool: "browser_hover", input: { element: "Add", target: "#add" } },
    { tool: "browser_click", input: { element: "Add", target: "#add" } },
    { tool: "browser_select_option", input: { element: "Colour", target: "#colour", values: ["blue"] } },
    { tool: "browser_wait_for", input: { text: "clicked" } },
    { tool: "browser_console_messages", input: { level: "info" } },
    { tool: "browser_take_screenshot", input: { type: "png", filename: "page.png", scale: "css" } },
    { tool: "browser_tabs", input: { action: "list" } },
    { tool: "browser_navigate", input: { url: `${page}next` } },
    { tool: "browser_navigate_back" },
    { tool: "browser_close" },
  ],
};

it.each(Object.keys(safe))(
  "%s is the same to a stock client directly and through tunnel and gateway",
  async (name) => {
    const [direct, through] = await recordings(name, safe[name]?.() ?? []);
    expect(through).toEqual(direct);
    // A comparison of failures alone would show nothing.
    const answers = Object.entries(direct ?? {}).filter(([key]) => /^\d/.test(key));
    expect(answers.filter(([, value]) => !JSON.stringify(value).startsWith('{"failed"')).length).toBeGreaterThan(8);
  },
  90_000,
);

const html = `<!doctype html><title>A page</title><link rel="icon" href="data:,">
<label>Name <input id="name"></label>
<button id="add" onclick="document.querySelector('output').textContent = 'clicked'; console.log('added')">Add</button>
<select id="colour"><option>red</option><option>blue</option></select><output></output>`;
