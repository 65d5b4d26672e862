import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { Exchange } from "../../../src/client/upstream/answer.ts";

/** What a caller is told of an answer; `status` is 0 where no head came. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly isWhole: boolean;
}

/** A gateway that says byte for byte what a test wants. */
export interface RawGateway {
  readonly port: number;
  /** Of each connection so far, how many requests came on it. */
  readonly requests: number[];
  readonly sockets: Socket[];
  close(): Promise<void>;
}

/** `answer` is called for each request that has come whole, `greet` for each connection. */
export async function openRawGateway(
  answer: (socket: Socket, request: number) => unknown,
  host = "127.0.0.1",
  greet: (socket: Socket) => unknown = () => undefined,
): Promise<RawGateway> {
  const requests: number[] = [];
  const sockets: Socket[] = [];
  let count = 0;
  const server = createServer((socket) => {
    const at = requests.push(0) - 1;
    sockets.push(socket);
    let held = "";
    socket
      .on("error", () => undefined)
      .on("data", (chunk) => {
        held += chunk.toString("latin1");
        for (let end = endOf(held); end !== null; end = endOf(held)) {
          held = held.slice(end);
          requests[at] = (requests[at] ?? 0) + 1;
          answer(socket, count++);
        }
      });
    greet(socket);
  }).listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function endOf(held: string): number | null {
  const head = held.indexOf("\r\n\r\n");
  if (head < 0) return null;
  const length = Number(/content-length: (\d+)/i.exec(held)?.[1] ?? 0);
  return held.length >= head + 4 + length ? head + 4 + length : null;
}

/** Writes each piece so that it comes by itself. */
export async function inPieces(socket: Socket, pieces: readonly string[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece, "latin1");
    await setImmediate();
    await setImmediate();
  }
}

/** What is told of the request that `begin` sends. */
export async function toldOf(begin: (exchange: Exchange) => void): Promise<Told> {
  const exchange = new Exchange(() => undefined);
  begin(exchange);
  return await heardBy(exchange);
}

export async function heardBy(exchange: Exchange): Promise<Told> {
  const chunks: Buffer[] = [];
  const into = new Writable({ write: (chunk: Buffer, _encoding, done) => (chunks.push(chunk), done()) });
  const isWhole = await exchange.head
    .then((answer) => answer.pass(into))
    .then(
      () => true,
      () => false,
    );
  const { status, headers } = exchange;
  return { status, headers: { ...headers }, body: Buffer.concat(chunks).toString("latin1"), isWhole };
}
