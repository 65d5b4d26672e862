import { afterAll, beforeAll, expect, it } from "vitest";
import { openGround, modernRequest, post, result, type Ground } from "./ground.ts";

const me = { resultType: "complete", _meta: { "io.modelcontextprotocol/serverInfo": { name: "crm", version: "7" } } };

let ground: Ground & { close(): Promise<void> };
let token: string;
beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, { ...me, content: [] }));
  });
  token = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());

async function server(): Promise<unknown> {
  const response = await fetch(`${ground.url}/v1/connections`, { headers: { authorization: `Bearer ${token}` } });
  return ((await response.json()) as { connections: { server: unknown }[] }).connections[0]?.server;
}

it("learns who a server of 2026-07-28 says it is from what a modern client's request is answered", async () => {
  expect(await server()).toBeNull();
  await (await post(ground, token, modernRequest(1, "server/discover", {}))).text();
  expect(await server()).toEqual({ name: "crm", version: "7" });
});
