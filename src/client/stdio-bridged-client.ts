import type { Writable } from "node:stream";

/** What the bridge knows of its client's conversation: enough to begin it anew, and to answer what an owner took along. */
export class BridgedClient {
  readonly #output: Writable;
  readonly #waiting = new Set<string>();
  /** The client's `initialize` and, once it was sent, its `notifications/initialized`. */
  #opening: { readonly initialize: string; readonly id: string; initialized: string | null } | null = null;
  #replays = 0;
  #head = "";
  #place: "head" | "message" | "skipped" = "head";
  #settled: (() => void) | null = null;

  constructor(output: Writable) {
    this.#output = output;
    // A client that has gone closes its end: its input ends as well.
    output.on("error", () => undefined);
  }

  get hasBegun(): boolean {
    return this.#opening !== null;
  }

  /** A line of the client's, as it goes to the owner. */
  fromClient(line: Buffer): Buffer {
    const { id, method } = read(line);
    if (id !== null) this.#waiting.add(id);
    if (method === "initialize" && id !== null)
      this.#opening = { initialize: line.toString("utf8"), id, initialized: null };
    else if (method === "notifications/initialized" && this.#opening !== null)
      this.#opening.initialized = line.toString("utf8");
    return Buffer.concat([line, newline]);
  }

  /** Answers a line that nobody takes. */
  refuse(line: Buffer): void {
    const { id } = read(line);
    if (id !== null) this.#say(id, nobody, "not_running", "not_run");
  }

  /** The lines with which a new owner learns of the conversation; the answer goes to nobody. */
  replay(): readonly string[] {
    if (this.#opening === null || this.#opening.initialized === null) return [];
    this.#replays += 1;
    const initialize = JSON.stringify({ ...JSON.parse(this.#opening.initialize), id: `${replayId}${this.#replays}` });
    return [initialize, this.#opening.initialized];
  }

  /** Passes an owner's bytes on: the messages, without their heads. False where the client takes no more for now. */
  fromOwner(chunk: Buffer): boolean {
    let room = true;
    let from = 0;
    while (from < chunk.length) {
      if (this.#place === "head") {
        const tab = chunk.indexOf(0x09, from);
        this.#head += chunk.toString("utf8", from, tab < 0 ? chunk.length : tab);
        if (tab < 0) return room;
        from = tab + 1;
        this.#place = this.#head.startsWith(`"${replayId}`) ? "skipped" : "message";
      }
      const end = chunk.indexOf(0x0a, from);
      const piece = chunk.subarray(from, end < 0 ? chunk.length : end + 1);
      if (this.#place === "message") room = this.#output.write(piece);
      from += piece.length;
      if (end >= 0) this.#end();
    }
    return room;
  }

  /** The owner has gone: what was with it is answered, and what was half said ends. */
  lost(): void {
    if (this.#place === "message") this.#output.write("\n");
    this.#place = "head";
    this.#head = "";
    for (const id of this.#waiting) this.#say(id, gone, "not_running", "unknown");
  }

  /** Resolves once nothing is waited for, or the time is over. */
  async settled(mostMs: number): Promise<void> {
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.#settled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(): void {
    this.#place = "head";
    this.#answered(this.#head);
    this.#head = "";
  }

  #answered(id: string): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#settled?.();
  }

  #say(id: string, message: string, code: string, outcome: string): void {
    const error = { code: -32_000, message: `Countersign: ${message}`, data: { code, outcome } };
    this.#output.write(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}\n`);
    this.#answered(id);
  }
}

const newline = Buffer.from("\n");
const replayId = "countersign-replay-";
const nobody =
  "no Countersign runs for this profile. Start the Countersign app, or `countersign connect`, sign in, and call again.";
const gone =
  "Countersign ended during this call, and whether it took effect is unknown unless it was still held. " +
  "Look before you call again; an approval outlives this.";

/** The id as JSON, null where the line is no request; nothing is judged by it. */
function read(line: Buffer): { readonly id: string | null; readonly method: string | null } {
  try {
    const message: unknown = JSON.parse(line.toString("utf8"));
    if (typeof message !== "object" || message === null || !("method" in message)) return { id: null, method: null };
    const method = typeof message.method === "string" ? message.method : null;
    const id = "id" in message && ["string", "number"].includes(typeof message.id) ? JSON.stringify(message.id) : null;
    return { id, method };
  } catch {
    return { id: null, method: null };
  }
}
