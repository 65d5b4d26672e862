import type { Socket } from "node:net";
import type { buildConnector as Connectors } from "undici";
import type { Exchange } from "../upstream/answer.ts";
import { PlainLine } from "./line.ts";

/** A POST whose body is at hand. `headers`: name and value in turn. */
export interface PlainPost {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** A call of which nothing has been sent. */
interface Unsent {
  readonly bytes: Buffer;
  readonly exchange: Exchange;
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
  /** For which connections are being made. */
  readonly #coming = new Set<Unsent>();
  /** What goes out on rested connections in this turn. */
  #turn: (Unsent & { readonly line: PlainLine })[] = [];
  #sweeping: NodeJS.Timeout | null = null;
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
    if (this.#ended !== null) {
      exchange.failed(this.#ended);
      return true;
    }
    const bytes = Buffer.allocUnsafe(head.length + body.length);
    bytes.write(head, "latin1");
    bytes.set(body, head.length);
    const line = this.#rested();
    if (line === null) this.#begin({ bytes, exchange });
    else {
      // After what has come by now is read: that a rested connection ends, or brings what nobody asked for and the next call would take for its answer.
      if (this.#turn.length === 0) setImmediate(this.#send);
      this.#turn.push({ bytes, exchange, line });
    }
    return true;
  }

  /** What is under way comes to its end; resolves once it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const line of this.#idle.splice(0)) line.destroy(tooOld());
    if (!this.#isEmpty) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  /** Nothing of what is under way goes on, and nothing that waits begins: all of it hears this reason at once. */
  destroy(reason: Error): void {
    this.#isClosed = true;
    this.#ended = reason;
    if (this.#sweeping !== null) clearTimeout(this.#sweeping);
    for (const { exchange } of [...this.#turn.splice(0), ...this.#coming]) exchange.failed(reason);
    for (const line of this.#all) line.destroy(reason);
  }

  get #isEmpty(): boolean {
    return this.#all.size + this.#coming.size + this.#turn.length === 0;
  }

  #rested(): PlainLine | null {
    const nowMs = Date.now();
    for (let line = this.#idle.pop(); line !== undefined; line = this.#idle.pop()) {
      if (line.isFresh(nowMs)) return line;
      line.destroy(tooOld());
    }
    return null;
  }

  readonly #send = (): void => {
    const nowMs = Date.now();
    for (const unsent of this.#turn.splice(0)) {
      const { line, bytes, exchange } = unsent;
      if (line.isFresh(nowMs)) line.send(bytes, exchange);
      else {
        line.destroy(tooOld());
        this.#begin(unsent);
      }
    }
  };

  #rest(line: PlainLine): void {
    if (this.#isClosed) return line.destroy(tooOld());
    this.#idle.push(line);
    if (this.#sweeping === null) this.#sweeping = setTimeout(() => this.#sweep(), sweepMs).unref();
  }

  /** Ends what has rested too long: nobody else may. */
  #sweep(): void {
    this.#sweeping = null;
    const nowMs = Date.now();
    for (const line of this.#idle.splice(0)) {
      if (line.isFresh(nowMs)) this.#rest(line);
      else line.destroy(tooOld());
    }
  }

  #left(): void {
    if (this.#isEmpty) this.#onEmpty?.();
  }

  #begin(unsent: Unsent): void {
    const { protocol, host, hostname, port } = this.#origin;
    const to = { protocol, host, hostname: hostname.replaceAll(/^\[|\]$/g, ""), port };
    this.#coming.add(unsent);
    this.#connect(to, (...[error, socket]) => {
      this.#coming.delete(unsent);
      if (error !== null || this.#ended !== null) {
        socket?.destroy();
        unsent.exchange.failed(error ?? this.#ended ?? tooOld());
        return this.#left();
      }
      this.#opened(socket).send(unsent.bytes, unsent.exchange);
    });
  }

  /** Apart from the call that it was opened for: its listeners would hold that for as long as the connection lives. */
  #opened(socket: Socket): PlainLine {
    const line: PlainLine = new PlainLine(socket, {
      rests: () => this.#rest(line),
      ended: () => {
        this.#all.delete(line);
        this.#idle = this.#idle.filter((each) => each !== line);
        this.#left();
      },
    });
    this.#all.add(line);
    return line;
  }
}

const sweepMs = 5_000;

function tooOld(): Error {
  return new Error("The connection is used no more.");
}

/** What a value, and a path, may not hold: RFC 9110, section 5.5, narrowed to ASCII. */
const notPlain = /[^\t\x20-\x7e]/;
const notPath = /[^\x21-\x7e]/;

/** Null where something in it is not plain. */
function headOf(path: string, host: string, headers: readonly string[], length: number): string | null {
  if (notPath.test(path)) return null;
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    const value = headers[at + 1] ?? "";
    if (notPlain.test(value)) return null;
    if (name !== "content-length") head += `${name}: ${value}\r\n`;
  }
  return `${head}content-length: ${length}\r\n\r\n`;
}
