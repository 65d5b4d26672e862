import { Pool, type Dispatcher } from "undici";
import { CountersignError } from "../shared/errors.ts";
import { TargetError, type HttpSpec, type Target, type TargetSession } from "../shared/target.ts";
import { DetectedSession } from "./detected-session.ts";
import type { Endpoint } from "./http-exchange.ts";
import { credentialHeaders } from "./http-headers.ts";
import { ClientCredentials } from "./http-oauth.ts";
import { HttpSession } from "./http-session.ts";
import { SseSession } from "./sse-session.ts";

const longestConnectMs = 10_000;

/**
 * A target over Streamable HTTP, either era, or over HTTP+SSE (2024-11-05). `dispatcher` stands in for the pool of its own and stays open when the
 * target closes. Throws CountersignError `configuration` for an address or header that can't be used.
 */
export function createHttpTarget(spec: HttpSpec, dispatcher?: Dispatcher): Target {
  const url = addressOf(spec.url);
  const credentials = credentialHeaders(spec.headers);
  const connect = { timeout: Math.min(spec.timeoutMs, longestConnectMs) };
  const pool = dispatcher === undefined ? new Pool(url.origin, { connect, allowH2: false }) : null;
  const bearer = spec.oauth && new ClientCredentials(spec.oauth);
  const { timeoutMs } = spec;
  const endpoint: Endpoint = { dispatcher: dispatcher ?? (pool as Pool), url, credentials, bearer, timeoutMs };
  const sessions = new Set<TargetSession>();
  let closed = false;
  return {
    transport: "http",
    open(era): TargetSession {
      if (closed) throw new TargetError("unreachable", "The target was closed.");
      const session = sessionOver(spec, endpoint, era, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...sessions].map((session) => session.close()));
      await pool?.destroy();
    },
  };
}

function sessionOver(
  { transport }: HttpSpec,
  endpoint: Endpoint,
  era: "legacy" | "modern",
  onClosed: () => void,
): TargetSession {
  // Over HTTP+SSE there are legacy revisions alone; whoever asks there for another gets the target's own refusal.
  if (transport === "sse") return new SseSession(endpoint, onClosed);
  if (transport === "streamable" || era === "modern") return new HttpSession(endpoint, era, onClosed);
  const streamable = new HttpSession(endpoint, era, nothing);
  return new DetectedSession(streamable, () => new SseSession(endpoint, nothing), onClosed);
}

/** The session over both transports says itself when it closed. */
const nothing = (): void => undefined;

function addressOf(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw unusable("must begin with http:// or https://");
  if (url.username !== "" || url.password !== "") throw unusable("holds a credential; use headers instead");
  return url;
}

function unusable(why: string): CountersignError {
  return new CountersignError("configuration", `The url of a connection ${why}.`);
}
