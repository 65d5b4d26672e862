import { Writable } from "node:stream";
import { callbackify } from "node:util";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { encodeSse, SseParser } from "../../shared/sse.ts";
import { written } from "../paced-writes.ts";
import { towardsClient } from "./rewriting.ts";

/** What a connection tells of its changes, in a stream that is others' as well: without its own beginning and end. */
export class News extends Writable {
  readonly #connection: string;
  readonly #into: Writable;
  readonly #parser = new SseParser();

  constructor(connection: string, into: Writable) {
    super();
    this.#connection = connection;
    this.#into = into;
    this.on("error", () => undefined);
    into.once("close", () => this.destroy());
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    callbackify(async () => await this.#take(chunk))(done);
  }

  async #take(chunk: Buffer): Promise<void> {
    for (const { data } of this.#parser.push(chunk)) {
      const message = data === "" ? null : parsed(data);
      if (!isJsonObject(message) || message.id !== undefined || message.method === acknowledged) continue;
      await written(this.#into, encodeSse({ data: JSON.stringify(towardsClient(this.#connection, message)) }));
    }
  }
}

const acknowledged = "notifications/subscriptions/acknowledged";

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
