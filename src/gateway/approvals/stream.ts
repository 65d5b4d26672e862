import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { feedBeatMs, type FeedFrame } from "../../shared/feed.ts";
import type { Admission } from "../identity/admission.ts";
import type { Lasting } from "../identity/lasting.ts";
import type { ApprovalRecord, Store } from "../store/store.ts";
import type { Grants } from "../grants/grants.ts";
import type { Approvals } from "./approvals.ts";
import { changesSince, readEach, standing } from "./backlog.ts";
import { Looking, type Onlooker } from "./looking.ts";

/** How often readers hear of new entries, and of grants that changed. */
const newsMs = 1000;
/** How long a reader that was sent away may take to go. */
const closeWithinMs = 300;
/** A reader that lets this much pile up is cut off; it comes back and resumes. */
const mostBuffered = 16 * 1024 * 1024;
/** While a reader is told how things stand, it is given no more than this ahead of what it takes. */
const mostAhead = 1024 * 1024;

interface Reader {
  readonly socket: WebSocket;
  readonly admission: Admission;
  /** Whether it has been told how things stand, and hears of changes. */
  live: boolean;
}

/** The approvals stream (docs/protocol.md): what waits, what changes, the gateway's clock and its newest checkpoint. */
export class ApprovalsStream {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  readonly #readers = new Set<Reader>();
  readonly #store: Store;
  readonly #approvals: Pick<Approvals, "seenBy">;
  readonly #grants: Pick<Grants, "seenBy">;
  readonly #lasting: Pick<Lasting, "keep">;
  readonly #looking: Looking;
  readonly #now: () => number;
  #grantMark = 0;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #stopListening: () => void;
  #sent = "";
  /** The highest revision that all readers have been told of. */
  #told: number;

  constructor(
    store: Store,
    approvals: Pick<Approvals, "onChange" | "seenBy">,
    grants: Pick<Grants, "seenBy">,
    lasting: Pick<Lasting, "keep">,
    now: () => number,
  ) {
    this.#lasting = lasting;
    this.#grants = grants;
    this.#store = store;
    this.#approvals = approvals;
    this.#now = now;
    this.#looking = new Looking(store.approvals, now);
    this.#told = store.approvals.lastRevision();
    this.#stopListening = approvals.onChange(() => this.#changes());
    this.#timers = [
      setInterval(() => this.#toAll(({ socket }) => send(socket, { type: "time", nowMs: now() })), feedBeatMs),
      setInterval(() => {
        this.#checkpoint();
        this.#grantsChanged();
      }, newsMs),
    ];
  }

  /** Takes over an upgrade request that was let in. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission): void {
    const after = new URL(request.url ?? "/", "http://gateway").searchParams.get("after");
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#begin(opened, admission, after));
  }

  /** Tells this person's readers that their devices are others than before. */
  devicesChanged(person: string): void {
    this.#toAll(({ socket, admission }) => {
      if (admission.principal.person === person) send(socket, { type: "devices" });
    });
  }

  /** How many readers are connected. */
  get size(): number {
    return this.#readers.size;
  }

  /** Tells every reader to come back (1001, RFC 6455, section 7.4.1): another gateway, or this one started again or under another configuration, goes on. */
  sendAway(why: string): void {
    // From here on a socket sends nothing more, whether its reader goes or not.
    for (const { socket } of this.#readers) socket.close(1001, why);
  }

  close(): void {
    this.#stopListening();
    for (const timer of this.#timers) clearInterval(timer);
    for (const { socket } of this.#readers) socket.terminate();
    this.#server.close();
  }

  #begin(socket: WebSocket, admission: Admission, after: string | null): void {
    const reader: Reader = { socket, admission, live: false };
    this.#readers.add(reader);
    const onlooker: Onlooker = { principal: admission.principal, tell: (frame) => reader.live && send(socket, frame) };
    const leave = this.#lasting.keep(admission, "over", (why) => {
      socket.close(4401, "The token has ended.");
      // Whoever is revoked is told no more, however slowly they take what they were told.
      if (why === "revoked") setTimeout(() => socket.terminate(), closeWithinMs).unref();
      reader.live = false;
      this.#looking.leave(onlooker);
    });
    socket.on("message", (data, isBinary) => {
      if (!reader.live) return;
      if (isBinary || !this.#looking.hear(onlooker, Buffer.isBuffer(data) ? data.toString("utf8") : ""))
        socket.close(4400, "That is not said here.");
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      leave();
      this.#looking.leave(onlooker);
      this.#readers.delete(reader);
    });
    this.#tellAll(reader, after).catch(() => socket.close(1011, "What waits could not be read."));
  }

  /** What a reader is to know before it hears of changes, at the pace that it takes it. */
  async #tellAll(reader: Reader, after: string | null): Promise<void> {
    const { socket } = reader;
    const { approvals } = this.#store;
    let told = approvals.lastRevision();
    const resumes = after !== null && /^\d{1,15}$/.test(after);
    const backlog = resumes ? changesSince(approvals, Number(after)) : standing(approvals, "pending");
    const whole = resumes && backlog.whole ? ({ whole: true } as const) : {};
    send(socket, { type: "hello", v: 1, nowMs: this.#now(), ...whole });
    for await (const record of readEach(approvals, backlog.ids)) {
      this.#tell(reader, record);
      if (!(await roomIn(socket))) return;
    }
    // What changed meanwhile. After the last of it nothing is awaited: a change is either here or heard of.
    for (let next = approvals.nextAfter(told); next !== undefined; next = approvals.nextAfter(told)) {
      this.#tell(reader, next);
      told = next.revision;
      if (!(await roomIn(socket))) return;
    }
    send(socket, { type: "checkpoint", note: this.#store.checkpoint() });
    send(socket, { type: "ready", revision: told });
    reader.live = true;
  }

  #tell({ socket, admission }: Reader, record: ApprovalRecord): void {
    const approval = this.#approvals.seenBy(admission.principal, record);
    if (approval !== null) send(socket, { type: "approval", approval });
  }

  /** In the order of revisions, whatever the order of the callbacks: who saw one has seen all before it, and resumes without loss. */
  #changes(): void {
    const { approvals } = this.#store;
    for (let next = approvals.nextAfter(this.#told); next !== undefined; next = approvals.nextAfter(this.#told)) {
      const record = next;
      this.#toAll((reader) => this.#tell(reader, record));
      this.#looking.changed(record);
      this.#told = record.revision;
    }
  }

  #checkpoint(): void {
    const note = this.#store.checkpoint();
    if (note === this.#sent) return;
    this.#sent = note;
    this.#toAll(({ socket }) => send(socket, { type: "checkpoint", note }));
  }

  #grantsChanged(): void {
    const { mark, changed } = this.#store.grants.changedAfter(this.#grantMark);
    this.#grantMark = mark;
    if (changed.length === 0) return;
    this.#toAll(({ socket, admission: { principal } }) => {
      if (changed.some((grant) => this.#grants.seenBy(principal, grant) !== null)) send(socket, { type: "grants" });
    });
  }

  #toAll(tell: (reader: Reader) => void): void {
    for (const reader of this.#readers) {
      if (!reader.live) continue;
      if (reader.socket.bufferedAmount > mostBuffered) reader.socket.terminate();
      else tell(reader);
    }
  }
}

/** Resolves once the socket has taken most of what it was given: true, or false where it is closed. */
async function roomIn(socket: WebSocket): Promise<boolean> {
  // Called back once all before it is written, and with an error once the socket is closed.
  if (socket.bufferedAmount > mostAhead) await new Promise<void>((resolve) => socket.ping(() => resolve()));
  return socket.readyState === socket.OPEN;
}

function send(socket: WebSocket, frame: FeedFrame): void {
  socket.send(JSON.stringify(frame));
}
