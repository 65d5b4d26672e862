import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import {
  agentFrame,
  keepAlive,
  linkClosed,
  linkPath,
  longestFrame,
  parseFrame,
  type GatewayFrame,
} from "../../shared/agent-link.ts";
import type { Target } from "../../shared/target.ts";
import type { AgentConfig } from "../config-schema.ts";
import type { Refusals } from "../identity/refusals.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { Link } from "./link.ts";
import { linkedTarget } from "./linked-target.ts";
import { refusalOf } from "./proof.ts";

interface Parts {
  readonly store: Store;
  readonly refusals: Refusals;
  /** The gateway's own origin. */
  readonly origin: string;
  /** The agents of the configuration in force. */
  readonly configured: () => readonly AgentConfig[];
  readonly now: () => number;
  readonly log: Log;
}

/** Who has not proved itself is heard no longer, and no more of it, than a proof needs; and there are never many of them. */
const proofMs = 10_000;
const mostUnprovenBytes = 16 * 1024;
const mostUnproven = 32;

/** The agents that have dialled in (docs/agent.md). */
export class Agents {
  readonly #parts: Parts;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: longestFrame, perMessageDeflate: false });
  readonly #links = new Map<string, Link>();
  readonly #unproven = new Set<WebSocket>();
  /** Entries that are being written. */
  readonly #writing = new Set<Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The target that the agent of this name reaches as `connection`. */
  target(agent: string, connection: string, timeoutMs: number): Target {
    return linkedTarget({ agent, connection, timeoutMs, link: () => this.#links.get(agent) });
  }

  /** Takes over an upgrade request; false where there are too many who have not proved themselves. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#unproven.size >= mostUnproven) return false;
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      this.#greet(opened, socket, request.socket.remoteAddress ?? "");
    });
    return true;
  }

  /** Ends the links of agents that the configuration in force no longer names, or names with another key. */
  reconfigured(): void {
    for (const link of this.#links.values()) {
      const agent = this.#parts.configured().find(({ name }) => name === link.agent);
      if (agent?.key !== link.key) void this.#ended(link, "the configuration no longer has it", linkClosed.removed);
    }
  }

  /** Ends all links; resolves once their entries are written. */
  async close(): Promise<void> {
    for (const socket of this.#unproven) socket.terminate();
    const ends = [...this.#links.values()].map((link) => this.#ended(link, "gateway stopped"));
    this.#server.close();
    await Promise.all([...ends, ...this.#writing]);
  }

  #greet(socket: WebSocket, wire: Duplex, address: string): void {
    this.#unproven.add(socket);
    const nonce = randomBytes(32).toString("base64url");
    const patience = setTimeout(() => socket.terminate(), proofMs);
    const alive = keepAlive(socket);
    let heard = 0;
    wire.on("data", (chunk: Buffer) => {
      alive.heard();
      heard += this.#unproven.has(socket) ? chunk.length : 0;
      if (heard > mostUnprovenBytes) socket.terminate();
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearTimeout(patience);
      alive.stop();
      this.#unproven.delete(socket);
    });
    socket.once("message", (data, isBinary) => {
      clearTimeout(patience);
      this.#prove(socket, nonce, isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8"), address).catch(
        (error: unknown) => {
          this.#parts.log({ level: "error", event: "agent.failed", error });
          socket.terminate();
        },
      );
    });
    say(socket, { type: "challenge", v: 1, gateway: this.#parts.origin, nonce });
  }

  async #prove(socket: WebSocket, nonce: string, text: string, address: string): Promise<void> {
    const { configured, origin, now, store, log } = this.#parts;
    const frame = parseFrame(agentFrame, text);
    if (frame?.type !== "proof") return this.#refuse(socket, address, null, "it sent no proof");
    const agent = configured().find(({ name }) => name === frame.agent);
    if (agent === undefined) return this.#refuse(socket, address, null, "no agent of this name is configured");
    const why = await refusalOf(frame.proof, agent, { gateway: origin, nonce }, now());
    if (why !== null) return this.#refuse(socket, address, agent.name, why);
    await store.commit((writes) => writes.append("agent.connected", { agent: agent.name, key: agent.key, address }));
    this.#unproven.delete(socket);
    const link = new Link(agent.name, agent.key, socket);
    socket.on("close", () => void this.#ended(link, "the connection ended"));
    const former = this.#links.get(agent.name);
    if (former !== undefined) void this.#ended(former, "a newer link took over", linkClosed.replaced);
    this.#links.set(agent.name, link);
    log({ level: "info", event: "agent.connected", agent: agent.name, address });
    // What happened while the entry was written: the agent left, or a reload took it out.
    if (socket.readyState !== socket.OPEN) return this.#ended(link, "the connection ended");
    this.reconfigured();
    if (!link.lost) say(socket, { type: "welcome" });
  }

  async #refuse(socket: WebSocket, address: string, agent: string | null, why: string): Promise<void> {
    this.#parts.log({ level: "warn", event: "agent.refused", agent, address, why });
    // Whoever is refused is not told why: only the owner of the key has a use for that, and the log says it.
    socket.close(linkClosed.refused, "The proof was refused; the gateway's log says why.");
    setTimeout(() => socket.terminate(), 1000).unref();
    await this.#parts.refusals.record({ kind: "auth.refused", code: "bad_signature", path: linkPath, address });
  }

  /** Once a link: takes it from the list and records its end. */
  #ended(link: Link, why: string, code = 1001): Promise<void> {
    if (this.#links.get(link.agent) !== link) return Promise.resolve();
    this.#links.delete(link.agent);
    link.end(code, why);
    const { store, log } = this.#parts;
    log({ level: "warn", event: "agent.disconnected", agent: link.agent, why });
    const writing = store
      .commit((writes) => writes.append("agent.disconnected", { agent: link.agent, why }))
      .catch((error: unknown) => log({ level: "error", event: "agent.disconnected", error }))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    return writing;
  }
}

function say(socket: WebSocket, frame: GatewayFrame): void {
  socket.send(JSON.stringify(frame));
}
