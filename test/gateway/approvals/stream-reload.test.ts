import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { openGround, type Ground } from "../mcp/ground.ts";

let ground: Ground & { close(): Promise<void> };
beforeAll(async () => {
  ground = await openGround((_request, response) => void response.writeHead(405).end());
});
afterAll(() => ground.close());

interface Reader {
  readonly socket: WebSocket;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly ready: Promise<void>;
}

function read(token: string): Reader {
  const address = `${ground.url.replace(/^http/, "ws")}/v1/approvals/stream`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
  const ready = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    if (data.toString("utf8").includes('"type":"ready"')) ready.resolve();
  });
  socket.on("error", ready.reject);
  // Not `once` of node:events: that rejects as well where the upgrade is refused, and a test that waits for `ready` alone doesn't hear it.
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  return { socket, closed, ready: ready.promise };
}

it("a reader is sent away by a reload that lets others in than before, and comes back only where it still may", async () => {
  const avery = await ground.token("avery", ["approvers"]);
  const reader = read(avery);
  await reader.ready;
  await ground.reload(({ rules }) => rules.pop());
  expect(reader.socket.readyState).toBe(WebSocket.OPEN);
  await ground.reload((config) => {
    const [issuer] = config.issuers as object[];
    config.issuers = [{ ...issuer, clients: ["another-app"] }];
  });
  expect(await reader.closed).toBe(1001);
  await expect(read(avery).ready).rejects.toThrow("401");
});

it.each([
  ["roles", { roles: { admin: ["admins", "approvers"], auditor: [] } }],
  ["identities", { identities: [["staff:erin", "staff:avery"]] }],
])("a reader is sent away by a reload that changes %s, which it was let in by", async (_what, change) => {
  await ground.reload((config) => {
    const [issuer] = config.issuers as object[];
    config.issuers = [{ ...issuer, clients: ["app"] }];
  });
  const reader = read(await ground.token("avery", ["approvers"]));
  await reader.ready;
  await ground.reload((config) => Object.assign(config, change));
  expect(await reader.closed).toBe(1001);
});
