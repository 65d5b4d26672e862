import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Duplex, type Readable } from "node:stream";
import { restOf } from "./answer.ts";

/** Who hears what comes of an answer. */
export interface AnswerHearer {
  /** There is room for more of its bytes. */
  room(): void;
  /** `body`: what is paused where its reader takes no more. */
  began(status: number, headers: IncomingHttpHeaders, body: Readable): void;
  data(chunk: Buffer): void;
  /** It is whole. `restMs`: how long its connection may rest afterwards, 0 where it ends. */
  over(restMs: number): void;
  failed(error: Error): void;
}

/** An answer in any form of HTTP/1, read by Node's own parser through a stand-in for a connection on which the request has gone already. */
export class AnyAnswer {
  readonly #hearer: AnswerHearer;
  readonly #standIn: Duplex;
  #response: IncomingMessage | null = null;
  #isOver = false;
  /** The last four bytes that came. */
  #tail: Buffer = Buffer.alloc(0);

  constructor(hearer: AnswerHearer) {
    this.#hearer = hearer;
    const standIn = new Duplex({ read: () => hearer.room(), write: (_chunk, _encoding, done) => done() });
    this.#standIn = standIn;
    const asked = request({ method: "POST", createConnection: () => standIn });
    // Lines beyond the thousandth would be left out.
    asked.maxHeadersCount = 0;
    asked
      .on("response", (response) => this.#begin(response))
      .on("upgrade", () => this.broken(new Error("Another protocol is no answer.")))
      .on("error", (error) => this.broken(error))
      .end();
  }

  /** False where there is no room for more. */
  push(chunk: Buffer): boolean {
    this.#tail = chunk.length < 4 ? Buffer.concat([this.#tail, chunk]).subarray(-4) : chunk.subarray(-4);
    return this.#standIn.push(chunk);
  }

  /** Its connection has ended, which may be the end of the answer, too. */
  end(): void {
    if (!this.#standIn.destroyed) this.#standIn.push(null);
  }

  /** Nothing more comes: what has come whole by then is still told. */
  broken(error: Error): void {
    if (this.#isOver || this.#response?.complete === true) return;
    this.drop();
    this.#hearer.failed(error);
  }

  /** Nothing more is told. */
  drop(): void {
    this.#isOver = true;
    this.#response?.destroy();
    this.#standIn.destroy();
  }

  #begin(response: IncomingMessage): void {
    this.#response = response;
    const { statusCode = 0 } = response.on("error", (error) => this.broken(error));
    if (statusCode < 200 || statusCode > 599) return this.broken(new Error(`HTTP ${statusCode} is no answer.`));
    response
      .on("data", (chunk: Buffer) => {
        if (!this.#isOver) this.#hearer.data(chunk);
      })
      .on("end", () => this.#end(response));
    this.#hearer.began(statusCode, headersOf(response.rawHeaders), response);
  }

  #end(response: IncomingMessage): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hearer.over(this.#isAlone && isFramed(response) ? restOf(response.headers) : 0);
  }

  /**
   * Whether nothing has come behind the answer, which was not asked for: Node ends a connection that brings another one, but swallows the beginning of
   * one. What has chunks, or no body, ends with an empty line; of other answers, which are no plain ones, it isn't known.
   */
  get #isAlone(): boolean {
    const { destroyed, readableLength } = this.#standIn;
    return !destroyed && readableLength === 0 && this.#tail.toString("latin1") === "\r\n\r\n";
  }
}

/** Whether both sides see the end of it in the same place (RFC 9112, section 6.3), and neither ends the connection there by its version. */
function isFramed({ httpVersion, statusCode, headers }: IncomingMessage): boolean {
  const { "content-length": length = "0", "transfer-encoding": coding } = headers;
  const isBodyless = statusCode === 204 || statusCode === 304;
  return httpVersion === "1.1" && (!isBodyless || (length === "0" && coding === undefined));
}

/** As undici has them: what comes several times is a list. */
function headersOf(raw: readonly string[]): IncomingHttpHeaders {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
