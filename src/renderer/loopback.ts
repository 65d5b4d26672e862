import { z } from "zod";
import type { ConsoleEvents, ConsoleState } from "../shared/console.ts";
import type { Result } from "../shared/errors.ts";
import { Channel } from "./channel.ts";
import { callsOver, showEvent, stateCallsOver, type Link, type LinkedBridge } from "./bridge.ts";
import { FollowedState } from "./followed-state.ts";

const exchanged = z.object({ key: z.string() });
const incoming = z.union([
  z.object({ event: z.literal("state"), data: z.unknown() }),
  z.object({ event: z.literal("show"), data: showEvent }),
  z.object({ id: z.number(), result: z.unknown() }),
]);

/** The owner ends a socket with this code when its key is no longer good. */
const keyRefused = 4401;
const firstRetryMs = 250;
const longestRetryMs = 5000;
/** A process that is away for longer has ended, and its key with it. */
const goneAfterMs = 60_000;
const notReached: Result<never> = { ok: false, error: { code: "not_running", message: "This page has no link now." } };

/** The one-time code of the page's address; the address bar and the history lose it at once. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** A link opened in a page that is there already changes only its fragment: an ended page starts over with it. */
export function followNewCode(isEnded: () => boolean): void {
  addEventListener("hashchange", () => {
    if (!location.hash.startsWith("#code=")) return;
    if (isEnded()) location.reload();
    else takeCode();
  });
}

/** The bridge over the loopback WebSocket. */
export function bridgeOverLoopback(code: string | null): LinkedBridge {
  const socket = new LoopbackSocket();
  void exchange(code).then((key) => (key === null ? socket.end() : socket.open(key)));
  return {
    ...callsOver((call, input) => socket.ask(call, input)),
    onState: (listener) => socket.states.listen(listener),
    onShow: (listener) => socket.shows.listen(listener),
    onLink: (listener) => socket.links.listen(listener),
  };
}

/** One socket after another for as long as the key is good. The key lives in this object's private part and nowhere else (rule 8). */
class LoopbackSocket {
  readonly states = new Channel<ConsoleState>();
  readonly shows = new Channel<ConsoleEvents["show"]>();
  readonly links = new Channel<Link>("lost");
  readonly #followed = new FollowedState({
    ask: stateCallsOver((call, input) => this.ask(call, input)).wholeState,
    tell: (state) => this.#tellState(state),
    fail: () => this.end(),
    // The next socket begins with the whole state.
    lose: () => this.#socket?.close(),
  });
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #key = "";
  #socket: WebSocket | null = null;
  #lastId = 0;
  #attempt = 0;
  #lostAtMs = Date.now();

  open(key: string): void {
    this.#key = key;
    this.#connect();
  }

  ask(call: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#socket === null || this.links.last !== "open") return resolve(notReached);
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      return this.#socket.send(JSON.stringify({ id, call, input }));
    });
  }

  end(): void {
    this.#setLink("ended");
    this.#key = "";
    this.#socket?.close();
  }

  #connect(): void {
    if (this.links.last === "ended") return;
    const socket = new WebSocket(`ws://${location.host}/bridge`);
    this.#socket = socket;
    socket.addEventListener("open", () => socket.send(JSON.stringify({ key: this.#key })));
    socket.addEventListener("message", (event: MessageEvent<unknown>) => this.#receive(event.data));
    socket.addEventListener("close", (event) => this.#lose(event.code));
  }

  #receive(text: unknown): void {
    const message = incoming.safeParse(parseJson(text));
    if (!message.success) return;
    if ("id" in message.data) {
      this.#waiting.get(message.data.id)?.resolve(message.data.result);
      this.#waiting.delete(message.data.id);
    } else if (message.data.event === "show") {
      this.shows.tell(message.data.data);
    } else {
      this.#followed.take(message.data.data);
    }
  }

  #tellState(state: ConsoleState): void {
    this.#attempt = 0;
    this.states.tell(state);
    this.#setLink("open");
  }

  #lose(closeCode: number): void {
    this.#socket = null;
    for (const { reject } of this.#waiting.values()) reject(new Error("link lost"));
    this.#waiting.clear();
    if (closeCode === keyRefused) return this.end();
    if (this.links.last === "open") this.#lostAtMs = Date.now();
    if (Date.now() - this.#lostAtMs > goneAfterMs) return this.end();
    this.#setLink("lost");
    const longestMs = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#attempt++);
    setTimeout(() => this.#connect(), longestMs * (0.5 + Math.random() / 2));
    return undefined;
  }

  #setLink(link: Link): void {
    if (this.links.last !== link && this.links.last !== "ended") this.links.tell(link);
  }
}

async function exchange(code: string | null): Promise<string | null> {
  if (code === null) return null;
  try {
    const answer = await fetch("./session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
      credentials: "omit",
      cache: "no-store",
    });
    return answer.ok ? exchanged.parse(await answer.json()).key : null;
  } catch {
    return null;
  }
}

function parseJson(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
