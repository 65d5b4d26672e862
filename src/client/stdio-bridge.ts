import { createConnection, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { LineReader } from "./line-reader.ts";
import { written } from "./paced-writes.ts";
import { refuseForeignDirectory } from "./private-directory.ts";
import { socketPlace } from "./socket-path.ts";
import { BridgedClient } from "./stdio-bridged-client.ts";
import { mostLineBytes, type Hello } from "./stdio-wire.ts";

export interface BridgeOptions {
  /** The profile's folder. */
  readonly directory: string;
  readonly connection: string | null;
  readonly client: string;
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Carries an MCP client's standard input and output to the owner of the profile, and begins the conversation anew where that one
 * was restarted. Resolves once the client has closed its side and has what it still waited for. Imports little: clients wait for it.
 */
export async function bridge(options: BridgeOptions): Promise<void> {
  const { input, output } = options;
  const client = new BridgedClient(output);
  const lines = new LineReader(mostLineBytes);
  const link: { socket: Socket | null; coming: Promise<Socket | null> | null } = { socket: null, coming: null };
  let tries = 0;
  let ended = false;

  function connected(): Promise<Socket | null> {
    if (link.socket !== null) return Promise.resolve(link.socket);
    link.coming ??= open(options)
      .then((opened) => (opened === null ? null : take(opened)))
      .finally(() => (link.coming = null));
    return link.coming;
  }

  function take(opened: Socket): Socket {
    link.socket = opened;
    tries = 0;
    const hello: Hello = { countersign: "stdio", v: 1, connection: options.connection, client: options.client };
    opened.write(`${JSON.stringify(hello)}\n`);
    for (const line of client.replay()) opened.write(`${line}\n`);
    opened.on("data", (chunk) => {
      if (client.fromOwner(chunk)) return;
      opened.pause();
      output.once("drain", () => opened.resume());
    });
    opened.once("close", () => {
      link.socket = null;
      client.lost();
      if (!ended && client.hasBegun) void comeBack();
    });
    return opened;
  }

  /** The owner was restarted: what its servers say unasked should come through again, though the client asks nothing. */
  async function comeBack(): Promise<void> {
    const pauseMs = Math.min(5_000, 100 * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2);
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    if (!ended && (await connected()) === null) void comeBack();
  }

  for await (const chunk of input) {
    const whole = lines.push(chunk as Buffer);
    // A line of that length is no message; its client can't be answered by an id either.
    if (whole === null) break;
    for (const line of whole) {
      if (line.length === 0) continue;
      const to = await connected();
      if (to === null) client.refuse(line);
      else await written(to, client.fromClient(line));
    }
  }
  ended = true;
  await client.settled(lingerMs);
  await link.coming;
  link.socket?.destroy();
}

/** Scripts close their side right after they have asked. Clients that want it to end at once end it. */
const lingerMs = 5_000;

async function open({ directory }: BridgeOptions): Promise<Socket | null> {
  const { path, folder } = socketPlace(directory, "stdio");
  try {
    if (folder !== null) await refuseForeignDirectory(folder);
  } catch {
    return null;
  }
  return await new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(socket));
    // Later on "close" follows, and says enough.
    socket.on("error", () => resolve(null));
  });
}
