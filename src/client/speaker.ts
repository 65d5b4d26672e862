import type { Socket } from "node:net";
import { ownerLine } from "./stdio-wire.ts";

type Id = string | number | null;

/** A long message that is said as it comes; nobody else speaks meanwhile. */
export interface LongMessage {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** Says messages over the socket of a bridge, one after the other and as fast as they are taken. */
export class Speaker {
  readonly #socket: Socket;
  #turn: Promise<void> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** `id`: the request that this answers. Resolves once there is room for the next. */
  say(id: Id, message: string): Promise<void> {
    const said = this.#turn.then(() => this.#write(Buffer.from(ownerLine(id, message))));
    this.#turn = said;
    return said;
  }

  async long(id: Id): Promise<LongMessage> {
    const over = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = over.promise;
    await before;
    await this.#write(Buffer.from(`${id === null ? "" : JSON.stringify(id)}\t`));
    return {
      write: (chunk) => this.#write(inOneLine(chunk)),
      end: async () => {
        await this.#write(Buffer.from("\n"));
        over.resolve();
      },
    };
  }

  async #write(bytes: Buffer): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("drain", done).off("close", done);
        resolve();
      };
      socket.on("drain", done).on("close", done);
    });
  }
}

/** In JSON a line's end is white space between two tokens, and nothing else. */
function inOneLine(chunk: Buffer): Buffer {
  if (!chunk.includes(0x0a) && !chunk.includes(0x0d)) return chunk;
  return Buffer.from(chunk.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte)));
}
