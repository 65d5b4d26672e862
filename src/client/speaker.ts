import type { Socket } from "node:net";
import { inOneLine } from "./one-line.ts";
import { written } from "./paced-writes.ts";
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
    const said = this.#turn.then(() => written(this.#socket, Buffer.from(ownerLine(id, message))));
    this.#turn = said;
    return said;
  }

  async long(id: Id): Promise<LongMessage> {
    const over = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = over.promise;
    await before;
    await written(this.#socket, Buffer.from(`${id === null ? "" : JSON.stringify(id)}\t`));
    return {
      write: (chunk) => written(this.#socket, inOneLine(chunk)),
      end: async () => {
        await written(this.#socket, Buffer.from("\n"));
        over.resolve();
      },
    };
  }
}
