/** Begins the id of every event of an answer, as the gateway writes it: ids of the client's own stream are its target's. */
export const answersMark = "cs.";

/** Follows the ids of an event stream that passes by, without keeping or parsing its events. */
export class EventIds {
  #last: string | null = null;
  #pending: string | null = null;
  /** The beginning of the line under way: as much as an id may be long. */
  #line = "";
  /** The beginning of the data of the event under way, and of the last whole one. */
  #data = "";
  #lastData = "";

  /** The id of the last whole event (`Last-Event-ID`), or null where none had one. */
  get last(): string | null {
    return this.#last;
  }

  /** Whether an event is under way. */
  get isWithin(): boolean {
    return this.#line !== "" || this.#pending !== null;
  }

  /** Whether the last whole event is the answer to this request. */
  answers(id: string | number): boolean {
    return isAnswerTo(id, Buffer.from(this.#lastData, "latin1"));
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      this.#keep(chunk, from, at);
      this.#end();
      from = at + 1;
    }
    this.#keep(chunk, from, chunk.length);
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const room = mostLength - this.#line.length;
    if (room > 0 && to > from) this.#line += chunk.toString("latin1", from, Math.min(to, from + room));
  }

  #end(): void {
    const line = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
    this.#line = "";
    if (line === "") {
      this.#last = this.#pending ?? this.#last;
      this.#pending = null;
      if (this.#data !== "") this.#lastData = this.#data;
      this.#data = "";
    } else if (line.startsWith("data: {")) this.#data = line.slice(6);
    else if (line.startsWith("id:") && line.length < mostLength) this.#pending = line.slice(3).trim();
  }
}

/** Whether a message, or its beginning, is the answer to this request. The gateway writes one as `jsonrpc`, `id`, then what it is. */
export function isAnswerTo(id: string | number, message: Buffer): boolean {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"`;
  const said = message.toString("utf8", 0, Buffer.byteLength(head) + 8);
  return said.startsWith(`${head}result"`) || said.startsWith(`${head}error"`);
}

const newline = 0x0a;
const mostLength = 512;
