import { connect, type Socket } from "node:net";

/** An answer as it stood on the wire, framed exactly. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The lengths of its chunks, the last aside; null where it came with a length. */
  readonly chunks: readonly number[] | null;
}

/** A connection on which bytes go as they are. */
export interface Raw {
  readonly socket: Socket;
  send(text: string | Buffer): void;
  /** The next answer; null where the connection has ended without another. Throws where what came is no answer. */
  answer(): Promise<RawAnswer | null>;
  /** What came, and is no part of an answer that was taken. */
  rest(): string;
  /** Resolves once it has closed. */
  readonly closed: Promise<void>;
}

export function openRaw(port: number, host: "127.0.0.1" | "::1" = "127.0.0.1"): Raw {
  const socket = connect({ port, host, noDelay: true });
  let got = "";
  let wake: (() => void) | null = null;
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket
    .on("error", () => undefined)
    .on("data", (chunk: Buffer) => {
      got += chunk.toString("latin1");
      wake?.();
    })
    .on("close", () => wake?.());
  return {
    socket,
    closed,
    send: (text) => void socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text),
    rest: () => got,
    async answer() {
      for (;;) {
        const found = answerIn(got);
        if (found !== null) {
          got = got.slice(found.length);
          return found.answer;
        }
        if (socket.destroyed) return null;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/** Null where it has not come whole. */
export function answerIn(text: string): { readonly answer: RawAnswer; readonly length: number } | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`No answer begins so: ${JSON.stringify(text.slice(0, 200))}`);
  const headers = Object.fromEntries(lines.map(headerOf));
  const bodyAt = end + 4;
  if (status < 200 || status === 204) return { answer: { status, headers, body: "", chunks: null }, length: bodyAt };
  if (headers["transfer-encoding"] === "chunked") {
    if (headers["content-length"] !== undefined) throw new Error("Framed twice.");
    const all = chunksIn(text, bodyAt);
    if (all === null) return null;
    const chunks = all.parts.map(({ length }) => length);
    return { answer: { status, headers, body: all.parts.join(""), chunks }, length: all.end };
  }
  const length = headers["content-length"];
  if (length === undefined || !/^\d+$/.test(length)) throw new Error(`Not framed: ${JSON.stringify(headers)}`);
  const last = bodyAt + Number(length);
  if (text.length < last) return null;
  return { answer: { status, headers, body: text.slice(bodyAt, last), chunks: null }, length: last };
}

function headerOf(line: string): [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t -~]*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`No header: ${JSON.stringify(line)}`);
  return [name.toLowerCase(), value];
}

function chunksIn(text: string, from: number): { readonly parts: readonly string[]; readonly end: number } | null {
  const parts: string[] = [];
  for (let at = from; ;) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = text.slice(at, line);
    if (!/^[0-9a-f]+$/.test(size)) throw new Error(`No chunk begins so: ${JSON.stringify(text.slice(at, at + 40))}`);
    const length = Number.parseInt(size, 16);
    const end = line + 2 + length;
    if (text.length < end + 2) return null;
    if (text.slice(end, end + 2) !== "\r\n") throw new Error("A chunk doesn't end where it says.");
    if (length === 0) return { parts, end: end + 2 };
    parts.push(text.slice(line + 2, end));
    at = end + 2;
  }
}
