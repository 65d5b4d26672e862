import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** By the name of a way: makes the server at an address reachable by it, and says where. */
export type Connect = Readonly<Record<string, (target: string) => Promise<string>>>;

/** Where the fixture client, a process of the suite's, asks for a way to the scenario's server, whose port nobody knows before. */
export async function startSwitchboard(
  connect: Connect,
): Promise<{ address(way: string): string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const way = connect[request.url?.slice(1) ?? ""];
    text(request)
      .then((target) => (way === undefined ? Promise.reject(new Error("There is no such way.")) : way(target)))
      .then(
        (url) => response.end(url),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: (way) => `http://127.0.0.1:${port}/${way}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The other address of the server at `target`, asked for at a switchboard. */
export async function otherWay(switchboard: string, target: string): Promise<string> {
  const response = await fetch(switchboard, { method: "POST", body: target });
  if (!response.ok) throw new Error(await response.text());
  return await response.text();
}
