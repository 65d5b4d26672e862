import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openClients, type Clients } from "../../src/client/clients.ts";
import { socketPlace } from "../../src/client/socket-path.ts";
import { serveStdio, type StdioServer } from "../../src/client/stdio-server.ts";

let directory: string;
let clients: Clients;
let server: StdioServer;
let asked = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-stdio-"));
  clients = await openClients(directory, Date.now, () => undefined);
  const conversations = {
    knows: () => false,
    ask: async () => {
      asked += 1;
      throw new Error("nothing goes to the gateway here");
    },
  };
  server = await serveStdio({ directory, conversations, clients, device: () => null });
});
afterAll(async () => {
  await server.close();
  await clients.close();
  await rm(directory, { recursive: true });
});

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';

/** What comes back until the server ends the connection. */
async function said(bytes: string): Promise<string> {
  const socket = createConnection(socketPlace(directory, "stdio").path);
  socket.on("error", () => undefined);
  let all = "";
  socket.on("data", (chunk) => (all += String(chunk)));
  socket.write(bytes);
  await once(socket, "close");
  return all;
}

const hello = (change: object) =>
  `${JSON.stringify({ countersign: "stdio", v: 1, connection: "files", client: "x", ...change })}\n`;

it.each<[string, string]>([
  ["is no JSON", "GET / HTTP/1.1\n"],
  ["is a message of MCP", ping],
  ["is a list", "[]\n"],
  ["is of another version", hello({ v: 2 })],
  ["is of another program", hello({ countersign: "control" })],
  ["says more than a bridge says", hello({ token: "x" })],
  ["names no client", hello({ client: undefined })],
  ["names a client at length", hello({ client: "x".repeat(65) })],
  ["names a client by what would end a header", hello({ client: "x\r\nCountersign-Device: y" })],
  ["names a client in another's words", hello({ client: "Cursor (stdio, unverified)" })],
  ["names no connection and not all of them", hello({ connection: undefined })],
  ["names a connection by a path", hello({ connection: "../v1/me" })],
  ["names a connection in capitals", hello({ connection: "Files" })],
  ["names a connection of no letters", hello({ connection: "" })],
])("who %s is left without an answer, and nothing is asked", async (_what, first) => {
  expect(await said(first + ping)).toBe("");
  expect(asked).toBe(0);
  expect(clients.list()).toEqual([]);
});
