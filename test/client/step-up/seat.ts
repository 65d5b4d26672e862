import { connect } from "node:net";
import { createInterface } from "node:readline";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient, type Client } from "../../../src/client/index.ts";
import { socketPlace } from "../../../src/client/socket-path.ts";
import { discover, writeProfile } from "../../../src/client/profile.ts";
import { signInAs } from "../../../src/demo/idp/robot.ts";
import type { ConsoleState } from "../../../src/shared/console.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { eventually } from "../../support/eventually.ts";
import type { World } from "../../support/world.ts";

/** A person at a machine of their own: an installation that is signed in by the real library, its tunnel open. */
export interface Seat {
  readonly client: Client;
  /** Who comes to the browser next; null: presses Cancel there. */
  person: string | null;
  /** Addresses that a browser was opened with, after the first sign-in. */
  readonly opened: readonly string[];
  state(): ConsoleState;
  /** A modern client's call through the tunnel. */
  call(tool: string, options?: CallOptions): Promise<Called>;
  /** A session of a legacy client, and what it says there: the answer's text. */
  legacy(): Promise<{ say(message: JsonObject): Promise<string> }>;
  /** The same of a client that speaks stdio: its answer. */
  overStdio(tool: string, options?: CallOptions): Promise<unknown>;
  /** What is asked of the person, once it is; and of so many calls. */
  asked(calls?: number): Promise<NonNullable<ConsoleState["signInAsked"]>>;
  close(): Promise<void>;
}

interface CallOptions {
  readonly arguments?: JsonObject;
  readonly progressToken?: string;
  readonly clientName?: string;
  readonly signal?: AbortSignal;
  /** `""`: the one server of all. */
  readonly connection?: string;
}

/** An answer: its last message, and all of its text. */
interface Called {
  readonly status: number;
  readonly text: string;
  readonly last: { readonly result?: JsonObject; readonly error?: { code: number; message: string; data: JsonObject } };
}

export async function sit(world: World, kind: "oidc" | "entra" | "okta", person = "engineer"): Promise<Seat> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-step-up-"));
  const { ca } = world.idp;
  const profile = (await discover(world.url)).profiles.find(({ provider }) => provider.kind === kind);
  if (profile === undefined) throw new Error("the gateway offers no such sign-in");
  await writeProfile(directory, profile);
  const opened: string[] = [];
  const openBrowser = (url: string): void => {
    opened.push(url);
    void signInAs(url, seat.person, { ca }).catch(() => undefined);
  };
  const client = await openClient({ directory, ca, openBrowser, deviceName: person });
  let calls = 0;
  const seat: Seat = {
    client,
    person,
    opened,
    state: () => client.state(),
    async call(tool, options = {}) {
      calls += 1;
      return await called(tunnelOf(client), token, calls, tool, options);
    },
    legacy: () => legacySession(`${tunnelOf(client)}/customers`, token),
    overStdio: (tool, options = {}) => stdio(socketPlace(directory, "stdio").path, request(1, tool, options)),
    asked: (waiting = 1) =>
      eventually(() => {
        const { signInAsked } = client.state();
        if (signInAsked === null || signInAsked.calls !== waiting) throw new Error("nothing is asked of the person");
        return signInAsked;
      }),
    async close() {
      await client.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  const signedIn = await client.call("session.signIn", {}, "window");
  if (!signedIn.ok) throw new Error(signedIn.error.message);
  opened.length = 0;
  await client.openTunnel();
  const { token } = await client.addClient("Cursor");
  return seat;
}

function tunnelOf(client: Client): string {
  const { tunnel } = client.state();
  if (tunnel.state !== "open") throw new Error("the tunnel did not open");
  return `http://127.0.0.1:${tunnel.port}/mcp`;
}

function request(id: number, name: string, options: CallOptions): object {
  const { arguments: given = { id: "cus_20418" }, progressToken, clientName = "test" } = options;
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: clientName, version: "1" },
    ...(progressToken === undefined ? {} : { progressToken }),
  };
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: given, _meta } };
}

async function called(mcp: string, token: string, id: number, name: string, options: CallOptions): Promise<Called> {
  const { connection = "customers", signal } = options;
  const response = await fetch(connection === "" ? mcp : `${mcp}/${connection}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": name,
    },
    body: JSON.stringify(request(id, name, options)),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, each = ""]) => each);
  return { status: response.status, text, last: JSON.parse(data.at(-1) ?? text) as Called["last"] };
}

/** Speaks to the owner as the bridge does: its greeting, then the client's line; each line back has an id and a tab before it. */
async function stdio(path: string, message: object): Promise<unknown> {
  const socket = connect(path);
  const lines = createInterface(socket);
  try {
    const greeting = { countersign: "stdio", v: 1, connection: "customers", client: "Zed" };
    socket.write(`${JSON.stringify(greeting)}\n${JSON.stringify(message)}\n`);
    for await (const line of lines) {
      const [id = "", text = ""] = line.split("\t");
      if (id !== "") return JSON.parse(text);
    }
    throw new Error("the owner ended the conversation");
  } finally {
    lines.close();
    socket.destroy();
  }
}

async function legacySession(url: string, token: string): Promise<{ say(message: JsonObject): Promise<string> }> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const post = (message: JsonObject): Promise<Response> =>
    fetch(url, { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", ...message }) });
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const begun = await post({ id: 1, method: "initialize", params });
  await begun.text();
  headers["mcp-session-id"] = begun.headers.get("mcp-session-id") ?? "";
  const say = async (message: JsonObject): Promise<string> => await (await post(message)).text();
  await say({ method: "notifications/initialized" });
  return { say };
}
