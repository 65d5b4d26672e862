import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { callTool } from "../../src/cli/mcp-call.ts";

it("a call that the tunnel can't pass on says that the gateway isn't reached, and where to look", async () => {
  const tunnel = createServer((_request, response) => response.writeHead(503).end()).listen(0, "127.0.0.1");
  await once(tunnel, "listening");
  const { port } = tunnel.address() as AddressInfo;
  const asked = { url: `http://127.0.0.1:${port}/mcp/files`, token: "t", tool: "read", arguments: {} };
  const call = callTool({ ...asked, onProgress: () => undefined, signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({
    code: "gateway_unreachable",
    message: expect.stringContaining("countersign status says more"),
  });
  tunnel.close();
});
