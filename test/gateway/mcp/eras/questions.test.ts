import { expect, it } from "vitest";
import { Questions } from "../../../../src/gateway/mcp/eras/questions.ts";
import type { Json } from "../../../../src/shared/json.ts";
import type { RpcMessage, TargetMessage } from "../../../../src/shared/target.ts";

const call: RpcMessage = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "get_it" } };

async function* inputRequired(inputRequests: Json): AsyncGenerator<TargetMessage> {
  yield { message: { jsonrpc: "2.0", id: 1, result: { resultType: "input_required", inputRequests } } };
}

it("ends a call whose target asks for thousands of things in one round, and asks the client none of them", async () => {
  const flood = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`q${at}`, { method: "roots/list" }]));
  const said: RpcMessage[] = [];
  const rounds = new Questions().rounds(call, new AbortController().signal, () => inputRequired(flood));
  for await (const { message } of rounds) said.push(message);
  expect(said).toMatchObject([{ id: 1, error: { code: -32054, data: { code: "input_refused" } } }]);
});
