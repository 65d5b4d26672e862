import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClients, type Clients } from "../../src/client/clients.ts";
import { createConversations } from "../../src/client/conversations.ts";
import { withEverything } from "../../src/client/everything.ts";
import type { TokenSource } from "../../src/client/gateway.ts";
import { serveStdio } from "../../src/client/stdio-server.ts";
import { createTunnel } from "../../src/client/tunnel.ts";
import { bearing, type Pass } from "../../src/client/pass.ts";
import { createUpstream } from "../../src/client/upstream/upstream.ts";

/** A tunnel alone, with one client of its own. */
export interface TunnelBench {
  /** The profile's folder, for bridges. */
  readonly directory: string;
  readonly clients: Clients;
  readonly port: number;
  /** The client's token. */
  readonly token: string;
  url(connection: string): string;
  /** One POST to the connection `files` or another; its answer, and after how many ms its head came. */
  post(
    message: object,
    more?: { readonly connection?: string; readonly headers?: Record<string, string> },
  ): Promise<Posted>;
  /** Removes a client, as its person does. */
  drop(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}

/** `origin`: the gateway, or the road to it. `token`: the person's, as text or from where the tunnel gets it. */
export async function openTunnelBench(
  origin: string,
  token: string | TokenSource,
  {
    directory: given,
    connections = [],
  }: { readonly directory?: string; readonly connections?: readonly string[] } = {},
): Promise<TunnelBench> {
  const directory = given ?? (await mkdtemp(join(tmpdir(), "countersign-tunnel-")));
  const clients = await openClients(directory, Date.now, () => undefined);
  let port = 0;
  // At hand, as that of a session.
  const shown: Pass = { headers: () => ({ authorization: `Bearer ${String(token)}` }) };
  const pass = typeof token === "string" ? () => shown : bearing(token);
  const upstream = createUpstream({ origin, pass, ca: undefined });
  const conversations = withEverything(createConversations(upstream), () => connections);
  const stdio = await serveStdio({ directory, conversations, clients, device: () => null });
  const tunnel = createTunnel({
    directory,
    conversations,
    device: () => null,
    clients,
    onState(state) {
      if (state.state === "open") ({ port } = state);
    },
  });
  await tunnel.open();
  const known = clients.list().find(({ name }) => name === "test");
  if (known !== undefined) await clients.remove(known.id);
  const client = await clients.add("test");
  const url = (connection: string): string =>
    `http://127.0.0.1:${port}/mcp${connection === "" ? "" : `/${connection}`}`;
  return {
    directory,
    clients,
    port,
    token: client.token,
    url,
    async post(message, { connection = "files", headers = {} } = {}) {
      const beganMs = Date.now();
      const answer = await fetch(url(connection), {
        method: "POST",
        headers: {
          authorization: `Bearer ${client.token}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body: JSON.stringify(message),
      });
      const tookMs = Date.now() - beganMs;
      return { status: answer.status, headers: answer.headers, text: await answer.text(), tookMs };
    },
    async drop(id) {
      await clients.remove(id);
      tunnel.drop(id);
      stdio.drop(id);
    },
    async close() {
      await stdio.close();
      await tunnel.close();
      await upstream.close();
      await clients.close();
      if (given === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
