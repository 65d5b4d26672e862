import type { buildConnector as Connectors } from "undici";
import type { Exchange } from "../upstream/answer.ts";
import { PlainLine } from "./line.ts";

/** A POST whose body is at hand. `headers`: name and value in turn. */
export interface PlainPost {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * Connections to the gateway for posts in their plainest form: whoever calls is told the same as by undici's pool, at half the cost. One call at a time on each;
 * an answer whose length isn't given goes through Node's own parser.
 */
export class PlainRoad {
  readonly #origin: URL;
  readonly #connect: Connectors.connector;
  /** Those that rest, the one that was used last at the end. */
  #idle: PlainLine[] = [];
  readonly #all = new Set<PlainLine>();
  /** How many are being made. */
  #coming = 0;
  #isClosed = false;
  #onEmpty: (() => void) | null = null;
  /** Why it was destroyed. */
  #ended: Error | null = null;

  constructor(origin: string, connect: Connectors.connector) {
    this.#origin = new URL(origin);
    this.#connect = connect;
  }

  /** False where this is no plain post, and nothing was begun. */
  dispatch({ path, headers, body }: PlainPost, exchange: Exchange): boolean {
    const head = headOf(path, this.#origin.host, headers, body.length);
    if (head === null) return false;
    const bytes = Buffer.allocUnsafe(head.length + body.length);
    bytes.write(head, "latin1");
    bytes.set(body, head.length);
    const line = this.#rested();
    if (line !== null) line.send(bytes, exchange);
    else this.#begin((...[error, fresh]) => (fresh === null ? exchange.failed(error) : fresh.send(bytes, exchange)));
    return true;
  }

  /** What is under way comes to its end; resolves once it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const line of this.#idle.splice(0)) line.destroy();
    if (this.#all.size + this.#coming > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  destroy(reason: Error): void {
    this.#isClosed = true;
    this.#ended = reason;
    for (const line of this.#all) line.destroy(reason);
  }

  #rested(): PlainLine | null {
    const nowMs = Date.now();
    for (let line = this.#idle.pop(); line !== undefined; line = this.#idle.pop()) {
      if (line.isFresh(nowMs)) return line;
      line.destroy();
    }
    return null;
  }

  #left(): void {
    if (this.#all.size + this.#coming === 0) this.#onEmpty?.();
  }

  #begin(done: (...[error, line]: [Error, null] | [null, PlainLine]) => void): void {
    const { protocol, host, hostname, port } = this.#origin;
    const to = { protocol, host, hostname: hostname.replaceAll(/^\[|\]$/g, ""), port };
    this.#coming += 1;
    this.#connect(to, (...[error, socket]) => {
      this.#coming -= 1;
      if (error !== null || this.#ended !== null) {
        socket?.destroy();
        this.#left();
        return done(error ?? this.#ended ?? new Error("No connection."), null);
      }
      const line: PlainLine = new PlainLine(socket, {
        rests: () => (this.#isClosed ? line.destroy() : void this.#idle.push(line)),
        ended: () => {
          this.#all.delete(line);
          this.#idle = this.#idle.filter((each) => each !== line);
          this.#left();
        },
      });
      this.#all.add(line);
      done(null, line);
    });
  }
}

/** What a value may not hold: RFC 9110, section 5.5, narrowed to ASCII. */
const notPlain = /[^\t\x20-\x7e]/;

/** Null where something in it is not plain. */
function headOf(path: string, host: string, headers: readonly string[], length: number): string | null {
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    const value = headers[at + 1] ?? "";
    if (notPlain.test(value)) return null;
    if (name !== "content-length") head += `${name}: ${value}\r\n`;
  }
  return `${head}content-length: ${length}\r\n\r\n`;
}
