import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** One call of a recording; `progress` asks for its progress messages. */
export interface RecordedCall {
  readonly tool: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly progress?: true;
}

/** What a stock client sees of a server: how it presents itself, every list, and what came of each call, volatile parts made equal. */
export async function record(transport: Transport, calls: readonly RecordedCall[]): Promise<Record<string, unknown>> {
  const client = new Client(
    { name: "recorder", version: "1" },
    { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
    model: "none",
    role: "assistant",
    content: { type: "text", text: `asked ${params.messages.length}` },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: "decline" }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({
    roots: [{ uri: "file:///srv/project", name: "project" }],
  }));
  await client.connect(transport);
  // Tasks are not passed on: the gateway says that the server has none.
  const { tasks: _tasks, ...capabilities } = client.getServerCapabilities() ?? {};
  const seen: Record<string, unknown> = {
    server: client.getServerVersion(),
    capabilities,
    instructions: client.getInstructions(),
    ping: await client.ping(),
    tools: await client.listTools(),
    resources: await outcome(client.listResources()),
    templates: await outcome(client.listResourceTemplates()),
    prompts: await outcome(client.listPrompts()),
  };
  for (const [at, { tool, input = {}, progress }] of calls.entries()) {
    const steps: unknown[] = [];
    const options = progress === undefined ? {} : { onprogress: (step: unknown) => void steps.push(step) };
    const answer = await outcome(client.callTool({ name: tool, arguments: { ...input } }, undefined, options));
    // The last step comes together with the answer: over stdio the stock client may be done before it has read it.
    seen[`${at} ${tool}`] = progress === undefined ? answer : { answer, steps: steps.slice(0, 2) };
  }
  await client.close();
  return JSON.parse(steady(JSON.stringify(seen))) as Record<string, unknown>;
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return await work.catch((error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) }));
}

/** Times, durations and made-up ids, which no two runs share. */
function steady(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replace(/\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d([.-]\d+)?Z?/g, "TIME")
    .replace(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d \d{4} \d\d:\d\d:\d\d [^"\\]*/g, "TIME")
    .replace(/\d{1,2}:\d\d:\d\d [AP]M/g, "TIME")
    .replace(/\d+(\.\d+)? ?ms\b/g, "DURATION");
}
