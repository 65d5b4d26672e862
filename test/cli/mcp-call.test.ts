import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, it } from "vitest";
import { callTool } from "../../src/cli/mcp-call.ts";

/** A tunnel that answers each request so. */
async function tunnel(status: number, answer: (id: unknown) => unknown): Promise<{ url: string; close: () => void }> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = await json(request);
    const id = typeof message === "object" && message !== null && "id" in message ? message.id : null;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer(id)));
  };
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp/files`, close: () => server.close() };
}

const asked = { token: "t", tool: "read", arguments: {}, onProgress: () => undefined };

it("a target that failed is not called a denial", async () => {
  const failed = { code: -32054, message: "The target failed.", data: { code: "target_failed" } };
  const { url, close } = await tunnel(200, (id) => ({ jsonrpc: "2.0", id, error: failed }));
  const call = callTool({ ...asked, url, signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({ code: "target_failed", message: expect.stringContaining("failed.") });
  close();
});

it("a request that stays open while the gateway restarts is not called a denial", async () => {
  const stopping = { code: -32056, message: "Request apr_1 stays open.", data: { code: "pending", approval: "apr_1" } };
  const { url, close } = await tunnel(200, (id) => ({ jsonrpc: "2.0", id, error: stopping }));
  const call = callTool({ ...asked, url, signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({ code: "gateway_restarting" });
  close();
});

it("what the tunnel says is told without the name that each line begins with", async () => {
  const paused = { code: -32000, message: "Countersign: calls are paused.", data: { code: "paused" } };
  const { url, close } = await tunnel(200, (id) => ({ jsonrpc: "2.0", id, error: paused }));
  const call = callTool({ ...asked, url, signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({ code: "paused", message: "calls are paused." });
  close();
});

it("a call that the tunnel can't pass on says that the gateway isn't reached, and where to look", async () => {
  const { url, close } = await tunnel(503, () => ({}));
  const call = callTool({ ...asked, url, signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({
    code: "gateway_unreachable",
    message: expect.stringContaining("countersign status says more"),
  });
  close();
});
