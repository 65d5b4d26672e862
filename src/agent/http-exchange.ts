import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { follow } from "../shared/abort.ts";
import { Pieces } from "../shared/pieces.ts";
import { TargetError } from "../shared/target.ts";
import type { ClientCredentials } from "./http-oauth.ts";
import { exchangeFault, refusal } from "./http-refusal.ts";
import { textOf } from "./message-text.ts";
import { bear, silentFor } from "./silence.ts";

export type Body = Dispatcher.ResponseData["body"];

/** Where an HTTP target is. */
export interface Endpoint {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
  /** Resolved credentials, names in lower case. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly bearer: ClientCredentials | undefined;
  readonly timeoutMs: number;
}

export interface Outgoing {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A successful answer; who takes it reads the body to its end or abandons it. */
export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The media type, without parameters, in lower case. */
  readonly type: string;
  readonly body: Body;
}

/** The most that is read of an answer, and of a refusal; in bytes. */
const maxBodyBytes = 64 * 1024 * 1024;
const maxRefusalBytes = 64 * 1024;

/** One HTTP exchange up to the answer's headers. Throws TargetError for every status but 2xx, or an aborted signal's reason. */
export async function exchange(
  { dispatcher, url, credentials, bearer, timeoutMs }: Endpoint,
  outgoing: Outgoing,
  ...signals: readonly AbortSignal[]
): Promise<Incoming> {
  const hasSession = "mcp-session-id" in outgoing.headers;
  const token = await bearer?.token();
  const granted = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const end = new AbortController();
  const unlink = follow(end, signals);
  const work = dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: outgoing.method,
    // The gateway's own headers come last: a credential can't replace one of them.
    headers: { ...credentials, ...granted, ...outgoing.headers },
    body: outgoing.body ?? null,
    signal: end.signal,
    // Counted here, exactly: undici's own timers are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { statusCode: status, headers, body } = await bear(work, timeoutMs, (error) => end.abort(error));
    body.once("close", unlink);
    body.on("error", () => undefined); // told to whoever reads it
    if (status === 401 && token !== undefined) bearer?.refused(token);
    if (status < 200 || status > 299) {
      throw refusal(status, await readText(body, timeoutMs, maxRefusalBytes).catch(() => ""), hasSession);
    }
    const type = String(headers["content-type"] ?? "");
    return { status, headers, type: type.split(";", 1)[0]?.trim().toLowerCase() ?? "", body };
  } catch (error) {
    unlink();
    for (const signal of signals) signal.throwIfAborted();
    throw exchangeFault(error);
  }
}

/** A whole body as text. Throws TargetError `protocol` above the limit, `timeout` where it stalls; the body has ended then. */
export function readText(body: Body, timeoutMs: number, maxBytes: number = maxBodyBytes): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const pieces = new Pieces();
    const silence = setTimeout(() => body.destroy(silentFor(timeoutMs)), timeoutMs);
    // By events: an iterator over the stream costs a call more than its parsing.
    body
      .on("data", (chunk: Uint8Array) => {
        pieces.push(chunk);
        silence.refresh();
        if (pieces.length > maxBytes)
          body.destroy(new TargetError("protocol", `The target's answer is longer than ${maxBytes} bytes.`));
      })
      .once("end", () => {
        const { length } = pieces;
        resolve(textOf(pieces.take(), length));
      })
      .once("error", reject)
      .once("close", () => {
        clearTimeout(silence);
        if (!body.readableEnded) reject(new TargetError("crashed", "The target broke off its answer."));
      });
  });
}

/**
 * A body's bytes as they come; a silence longer than `silenceMs` says then (Infinity: none is too long) throws TargetError
 * `timeout`. Whoever stops early ends the body, by `settle` or by destroying it.
 */
export async function* chunksOf(body: Body, silenceMs: () => number): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator: AsyncIterator<Uint8Array> = body.iterator({ destroyOnReturn: false });
  const next = (): Promise<IteratorResult<Uint8Array>> => {
    const limitMs = silenceMs();
    return Number.isFinite(limitMs) ? bear(iterator.next(), limitMs, (error) => body.destroy(error)) : iterator.next();
  };
  try {
    for (let step = await next(); step.done !== true; step = await next()) yield step.value;
  } finally {
    await iterator.return?.();
  }
}

/** Lets a body that has said all end by itself, so that its connection can be used again; cuts it off after a second. */
export function settle(body: Body): void {
  body.dump({ limit: maxRefusalBytes, signal: AbortSignal.timeout(1000) }).catch(() => body.destroy());
}
