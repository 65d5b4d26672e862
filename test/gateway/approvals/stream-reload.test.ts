import { afterAll, beforeAll, expect, it } from "vitest";
import { once } from "node:events";
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
  return { socket, closed: once(socket, "close").then(([code]) => code as number), ready: ready.promise };
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
