import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClients } from "../../src/client/clients.ts";
import type { TokenSource } from "../../src/client/gateway.ts";
import { createTunnel } from "../../src/client/tunnel.ts";

/** A tunnel alone, with one client of its own. */
export interface TunnelBench {
  readonly port: number;
  /** The client's token. */
  readonly token: string;
  url(connection: string): string;
  /** One POST to the connection `files` or another; its answer, and after how many ms its head came. */
  post(
    message: object,
    more?: { readonly connection?: string; readonly headers?: Record<string, string> },
  ): Promise<Posted>;
  close(): Promise<void>;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}

/** `origin`: the gateway, or the road to it. `token`: the person's, as text or from where the tunnel gets it. */
export async function openTunnelBench(origin: string, token: string | TokenSource): Promise<TunnelBench> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-tunnel-"));
  const clients = await openClients(directory, Date.now, () => undefined);
  let port = 0;
  const source: TokenSource =
    typeof token === "string"
      ? async () => ({ accessToken: token, expiresAtMs: Date.now() + 3_600_000, account: { subject: "x", name: "x" } })
      : token;
  const tunnel = createTunnel({
    directory,
    origin,
    token: source,
    device: () => null,
    clients,
    ca: undefined,
    onState(state) {
      if (state.state === "open") ({ port } = state);
    },
  });
  await tunnel.open();
  const client = await clients.add("test");
  const url = (connection: string): string => `http://127.0.0.1:${port}/mcp/${connection}`;
  return {
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
    async close() {
      await tunnel.close();
      await clients.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
