import { setTimeout as delay } from "node:timers/promises";
import { CompactSign } from "jose";
import { WebSocket } from "ws";
import {
  agentProofType,
  gatewayFrame,
  keepAlive,
  linkClosed,
  linkPath,
  longestFrame,
  parseFrame,
  type AgentFrame,
  type AgentProof,
} from "../shared/agent-link.ts";
import { backoffMs } from "../shared/backoff.ts";
import type { AgentKey } from "./key.ts";
import { ServedLink, type Reach } from "./link-served.ts";

/** One line of the agent's log. Never a token, a payload or a secret. */
interface AgentLogLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly error?: unknown;
  readonly [fact: string]: unknown;
}

export interface LinkOptions {
  /** The gateway's origin. */
  readonly gateway: string;
  readonly name: string;
  readonly key: AgentKey;
  /** The authority of the gateway's certificate, PEM. */
  readonly ca?: string;
  readonly reach: Reach;
  readonly log: (line: AgentLogLine) => void;
  /** Called each time the gateway has taken the agent in. */
  readonly onConnected?: () => void;
}

/** How long the gateway may take to let a caller in. */
const welcomeMs = 10_000;

interface Ended {
  readonly welcomed: boolean;
  readonly code: number;
  readonly why: string;
}

/** Keeps a link to the gateway until the signal aborts: dials again whenever it is lost, for ever, with jitter, 30 s apart at most. */
export async function keepLinked(options: LinkOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const { welcomed, code, why } = await linkOnce(options, signal);
    if (signal.aborted) return;
    if (welcomed) attempt = 0;
    // Another process holds this name and key: taking the name back at once would go on for ever.
    if (code === linkClosed.replaced) attempt = 16;
    const waitMs = backoffMs(attempt);
    options.log({ level: "warn", event: "agent.disconnected", code, why, nextTryMs: waitMs });
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One link from dialling to its end, with all that was opened over it. Never throws. */
async function linkOnce(options: LinkOptions, signal: AbortSignal): Promise<Ended> {
  const socket = dial(options);
  const say = (text: string): Promise<void> =>
    new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve())));
  const served = new ServedLink(options.reach, say, (error) =>
    options.log({ level: "error", event: "agent.failed", error }),
  );
  const greeting = new Greeting(options, socket);
  const alive = keepAlive(socket);
  const patience = setTimeout(() => greeting.welcomed || socket.terminate(), welcomeMs);
  const leave = (): void => socket.terminate();
  signal.addEventListener("abort", leave, { once: true });
  const ended = Promise.withResolvers<Ended>();
  let fault = "";
  // Listened to from "open" on: before, whoever listens takes the first bytes from the WebSocket.
  socket.on("upgrade", ({ socket: wire }) => socket.once("open", () => wire.on("data", () => alive.heard())));
  socket.on("error", (error) => (fault = error.message));
  socket.on("message", (data, isBinary) => {
    const frame = parseFrame(gatewayFrame, isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8"));
    if (frame === null) return socket.terminate();
    if (frame.type === "challenge" || frame.type === "welcome") return greeting.take(frame, fatal);
    if (greeting.welcomed) served.take(frame);
  });
  const fatal = (why: string): void => {
    fault = why;
    socket.terminate();
  };
  socket.on("close", (code, reason) => {
    ended.resolve({ welcomed: greeting.welcomed, code, why: fault === "" ? reason.toString("utf8") : fault });
  });
  const end = await ended.promise;
  clearTimeout(patience);
  alive.stop();
  signal.removeEventListener("abort", leave);
  await served.end();
  return end;
}

function dial({ gateway, ca }: LinkOptions): WebSocket {
  return new WebSocket(`${gateway.replace(/^http/, "ws")}${linkPath}`, {
    maxPayload: longestFrame,
    perMessageDeflate: false,
    handshakeTimeout: welcomeMs,
    followRedirects: false,
    ...(ca !== undefined && { ca }),
  });
}

/** The challenge, the proof, the welcome. */
class Greeting {
  readonly #options: LinkOptions;
  readonly #socket: WebSocket;
  #proved = false;
  welcomed = false;

  constructor(options: LinkOptions, socket: WebSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  take(
    frame:
      | { readonly type: "welcome" }
      | { readonly type: "challenge"; readonly gateway: string; readonly nonce: string },
    fatal: (why: string) => void,
  ): void {
    const { gateway, log, onConnected } = this.#options;
    if (frame.type === "welcome") {
      if (!this.#proved || this.welcomed) return fatal("The gateway welcomed an agent that had not proved itself.");
      this.welcomed = true;
      log({ level: "info", event: "agent.connected", gateway });
      return onConnected?.();
    }
    if (this.#proved) return fatal("The gateway asked for a second proof.");
    if (frame.gateway !== gateway) {
      return fatal(
        `The gateway calls itself ${JSON.stringify(frame.gateway.slice(0, 200))}: write that in agent.yaml.`,
      );
    }
    this.#proved = true;
    this.#prove(frame.nonce).catch(() => fatal("The proof could not be signed."));
  }

  async #prove(nonce: string): Promise<void> {
    const { gateway, name, key } = this.#options;
    const said: AgentProof = { gateway, agent: name, nonce, iat: Math.floor(Date.now() / 1000) };
    const proof = await new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
      .setProtectedHeader({ alg: "EdDSA", typ: agentProofType })
      .sign(key.privateKey);
    const frame: AgentFrame = { type: "proof", agent: name, proof };
    this.#socket.send(JSON.stringify(frame));
  }
}
