import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import type { ClientView } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import { viaOf } from "../shared/held.ts";
import type { Clients } from "./clients.ts";
import type { Conversations } from "./conversations.ts";
import { LineReader } from "./line-reader.ts";
import type { Onward } from "./onward.ts";
import { privateDirectory } from "./private-directory.ts";
import { everything } from "./everything.ts";
import { socketPlace } from "./socket-path.ts";
import { Speaker } from "./speaker.ts";
import { StdioConversation } from "./stdio-conversation.ts";
import { mostLineBytes, type Hello } from "./stdio-wire.ts";

export interface StdioServerOptions {
  readonly directory: string;
  readonly conversations: Conversations;
  readonly clients: Clients;
  /** The enrolled device, or null where nobody is signed in. */
  readonly device: () => string | null;
}

/** Serves MCP clients that only speak stdio, each behind a bridge of its own (`countersign stdio`). */
export interface StdioServer {
  /** Ends what a client that was removed still has running. */
  drop(client: string): void;
  close(): Promise<void>;
}

/** Listens at the profile's `stdio` socket, which only its user can reach (0600). */
export async function serveStdio(options: StdioServerOptions): Promise<StdioServer> {
  const { path, folder } = socketPlace(options.directory, "stdio");
  if (folder !== null) await privateDirectory(folder);
  const open = new Map<Socket, string | null>();
  const server = createServer((socket) => {
    open.set(socket, null);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => open.delete(socket));
    void serve(socket, options, (client) => open.set(socket, client.id));
  });
  // A socket that a killed owner left behind; the profile's lock says that nobody listens on it.
  if (process.platform !== "win32") await rm(path, { force: true });
  await listen(server, path);
  return {
    drop(client) {
      for (const [socket, id] of open) if (id === client) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open.keys()) socket.destroy();
      }),
  };
}

/** Requests that one client may have under way: the next waits in the bridge. */
const mostUnderWay = 256;
const hello: z.ZodType<Hello> = z.strictObject({
  countersign: z.literal("stdio"),
  v: z.literal(1),
  connection: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .nullable(),
  client: z.string().max(64),
});

async function serve(
  socket: Socket,
  options: StdioServerOptions,
  onClient: (client: ClientView) => void,
): Promise<void> {
  const lines = new LineReader(mostLineBytes);
  const underWay = new Set<Promise<void>>();
  let conversation: StdioConversation | null = null;
  try {
    for await (const chunk of socket) {
      const whole = lines.push(chunk as Buffer);
      if (whole === null) break;
      for (const line of whole) {
        if (conversation === null) {
          conversation = await begin(socket, line, options, onClient);
          continue;
        }
        const done = conversation.take(line).finally(() => underWay.delete(done));
        underWay.add(done);
        if (underWay.size >= mostUnderWay) await Promise.race(underWay);
      }
    }
  } catch {
    // The bridge has gone, or said what no bridge says.
  }
  socket.destroy();
  conversation?.close();
}

/** Throws where the first line is no hello. A client that the person removed gets no further. */
async function begin(
  socket: Socket,
  line: Buffer,
  { clients, conversations, device }: StdioServerOptions,
  onClient: (client: ClientView) => void,
): Promise<StdioConversation> {
  const { connection, client: name } = hello.parse(JSON.parse(line.toString("utf8")));
  const client = await clients.bridged(name);
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  if (client !== null) onClient(client);
  const id = client?.id ?? "";
  const claims = () => {
    clients.used(id);
    // The gateway's records say what the claim is worth.
    const named = { "countersign-client": viaOf({ name, unverified: true }) };
    const known = device();
    return known === null ? named : { ...named, "countersign-device": known };
  };
  const way = client === null ? refusing(name) : conversations;
  const introduce: Onward["introduce"] = (said) => clients.introduced(id, said);
  const place = { connection: connection ?? everything, client: id };
  const onward = { ...place, conversations: way, claims, introduce, signal: gone.signal };
  return new StdioConversation(onward, new Speaker(socket));
}

/** In place of the way to the gateway, for a client that the person removed. */
function refusing(name: string): Conversations {
  const message = `The client ${name} was removed on this computer. Its person lets it come again by \`countersign clients add ${name} --stdio\`.`;
  return {
    ask: () => Promise.reject(new CountersignError("not_allowed", message)),
    knows: () => false,
  };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  if (process.platform !== "win32") await chmod(path, 0o600);
}
