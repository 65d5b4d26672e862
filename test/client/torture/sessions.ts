import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** One client program of stock SDK with its session. */
export interface Session {
  /** The text of the answer. `onProgress` hears each number of the call's progress. */
  call(name: string, args: Readonly<Record<string, unknown>>, onProgress?: (progress: number) => void): Promise<string>;
  /** The names of the tools. */
  list(): Promise<readonly string[]>;
  /** The legacy session's id; null in the era that has none. */
  readonly id: string | null;
  /** Ends the session as the protocol has it, and the client's connections. */
  close(): Promise<void>;
}

/** A call that has no end of its own ends here, and counts as one that never did. */
const timeout = 120_000;

/** SDK 1: the legacy era, with a session and a stream of its own. */
export async function openLegacy(url: string, token: string): Promise<Session> {
  const client = new ClientV1({ name: "torture-v1", version: "1" });
  const transport = new TransportV1(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } });
  await connected(client, () => client.connect(transport));
  return {
    get id() {
      return transport.sessionId ?? null;
    },
    async call(name, args, onProgress) {
      const onprogress = onProgress === undefined ? {} : { onprogress: progressOf(onProgress) };
      return textOf(await client.callTool({ name, arguments: args }, undefined, { timeout, ...onprogress }));
    },
    list: async () => (await client.listTools({}, { timeout })).tools.map(({ name }) => name),
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

/** SDK 2: the modern era, without a session. */
export async function openModern(url: string, token: string): Promise<Session> {
  const client = new Client(
    { name: "torture-v2", version: "1" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await connected(client, () => client.connect(transport));
  return {
    id: null,
    async call(name, args, onProgress) {
      const onprogress = onProgress === undefined ? {} : { onprogress: progressOf(onProgress) };
      return textOf(await client.callTool({ name, arguments: args }, { timeout, ...onprogress }));
    },
    list: async () => (await client.listTools({}, { timeout })).tools.map(({ name }) => name),
    close: () => client.close(),
  };
}

/** Whoever tries again does so with another client: of this one nothing is to be left. */
async function connected(client: { close(): Promise<void> }, connect: () => Promise<void>): Promise<void> {
  try {
    await connect();
  } catch (error) {
    await client.close();
    throw error;
  }
}

function progressOf(heard: (progress: number) => void): (told: { readonly progress: number }) => void {
  return ({ progress }) => heard(progress);
}

function textOf(answer: object): string {
  const [first]: readonly unknown[] = "content" in answer && Array.isArray(answer.content) ? answer.content : [];
  const isText = typeof first === "object" && first !== null && "text" in first;
  return isText ? String(first.text) : `no text: ${JSON.stringify(answer)}`;
}
