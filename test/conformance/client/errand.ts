import { z } from "zod";
import type { JsonObject } from "../../../src/shared/json.ts";

/** A connected client of either SDK, as the errands use it. */
export interface Connected {
  tools(): Promise<readonly { readonly name: string; readonly inputSchema: JsonObject }[]>;
  call(name: string, input?: JsonObject): Promise<unknown>;
  /** Reads every resource and gets every prompt that the server lists. */
  readAll(): Promise<void>;
  close(): Promise<void>;
}

/** What the suite hands to the client beside the address, for scenarios that dictate the calls. */
const context = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.json()) })),
});

type Errand = (client: Connected, given: string | undefined) => Promise<void>;

/** What a scenario of the suite waits for a client to do. A scenario that isn't here only wants to see its tools listed. */
const errands: Readonly<Record<string, Errand>> = {
  tools_call: async (client) => {
    await client.tools();
    await client.call("add_numbers", { a: 19, b: 23 });
  },
  "elicitation-sep1034-client-defaults": callEach,
  "sse-retry": callEach,
  "http-invalid-tool-headers": callEach,
  "http-standard-headers": async (client) => {
    await callEach(client);
    await client.readAll();
  },
  "http-custom-headers": async (client, given) => {
    await client.tools();
    const { toolCalls } = context.parse(JSON.parse(given ?? "null"));
    for (const { name, arguments: input } of toolCalls) await client.call(name, input);
  },
  "sep-2322-client-request-state": async (client) => {
    await client.tools();
    // Side by side, so that a state could go astray.
    await Promise.all([client.call("test_mrtr_echo_state"), client.call("test_mrtr_unrelated")]);
    await client.call("test_mrtr_no_state");
    // The stock client takes an answer of 2026-07-28 without resultType for none; judged is that it doesn't come back with input.
    await client.call("test_mrtr_no_result_type").catch(() => undefined);
  },
  "json-schema-2020-12-preservation": async (client) => {
    const tool = (await client.tools()).find(({ name }) => name === "json_schema_2020_12_tool");
    await client.call("json_schema_echo", { schema: tool?.inputSchema ?? {} });
  },
};

/** Does what the scenario wants to see; `given` is the suite's context, a JSON text. */
export async function runErrand(scenario: string, client: Connected, given: string | undefined): Promise<void> {
  const errand = errands[scenario];
  await (errand === undefined ? client.tools() : errand(client, given));
}

/** Every tool that the client takes for usable, without arguments but for what its schema asks for. */
async function callEach(client: Connected): Promise<void> {
  for (const { name, inputSchema } of await client.tools()) {
    const required = z.array(z.string()).catch([]).parse(inputSchema.required);
    await client.call(name, Object.fromEntries(required.map((member) => [member, "here"])));
  }
}
