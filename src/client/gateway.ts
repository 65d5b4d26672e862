import { createWriteStream } from "node:fs";
import { Writable } from "node:stream";
import type { Dispatcher } from "undici";
import { z } from "zod";
import { CountersignError, errorCodes } from "../shared/errors.ts";
import type { Pass, PassSource } from "./pass.ts";
import type { Tokens } from "./sign-in/sign-in.ts";
import { connections } from "./upstream/dispatcher.ts";

/** Where a request's token comes from: the session. Throws `signed_out`, `reauthentication_needed` or `transient`. */
export type TokenSource = (options?: { readonly force?: boolean }) => Promise<Tokens>;

/** The `/v1/` API of the one gateway that the profile pins. Answers are parsed; refusals throw with the gateway's own code. */
export interface GatewayApi {
  readonly origin: string;
  /** Throws `gateway_unreachable` where no answer came, besides the codes of the token source. */
  get<T>(path: string, answer: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: object, answer: z.ZodType<T>): Promise<T>;
  /** Streams an answer into a new file that only this user can read. */
  download(path: string, file: string): Promise<void>;
  close(): Promise<void>;
}

/** `origin`: checked by `gatewayOrigin`. No path can lead elsewhere, and redirects are not followed (rule 2). */
export function createGatewayApi(origin: string, pass: PassSource, ca: string | undefined): GatewayApi {
  const agent = connections(origin, ca).dispatcher;

  async function send<T>(method: "GET" | "POST", path: string, body: object | null, shape: z.ZodType<T>): Promise<T> {
    const shown = await pass();
    const first = await ask(agent, origin, method, path, body, shown);
    // The token may have been revoked or have run out under way; a refused one has done nothing yet.
    const answer =
      first.status === 401 ? await ask(agent, origin, method, path, body, await pass({ refused: shown })) : first;
    if (answer.status !== 200 && answer.status !== 201) throw refusal(answer);
    const parsed = shape.safeParse(answer.value);
    if (parsed.success) return parsed.data;
    const message = "The gateway's answer is not of this protocol version: update one of the two.";
    throw new CountersignError("internal", message, { cause: parsed.error });
  }

  return {
    origin,
    get: (path, answer) => send("GET", path, null, answer),
    post: (path, body, answer) => send("POST", path, body, answer),
    async download(path, file) {
      const shown = await pass();
      const first = await save(agent, origin, path, file, shown);
      const answer =
        first?.status === 401 ? await save(agent, origin, path, file, await pass({ refused: shown })) : first;
      if (answer !== null) throw refusal(answer);
    },
    close: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number;
  readonly value: unknown;
}

const answerTimeoutMs = 20_000;
const errorBody = z.object({ error: z.object({ code: z.enum(errorCodes), message: z.string() }) });

async function ask(
  agent: Dispatcher,
  origin: string,
  method: "GET" | "POST",
  path: string,
  body: object | null,
  pass: Pass,
): Promise<Answer> {
  const headers: Record<string, string> = { ...pass.headers(method, path), accept: "application/json" };
  if (body !== null) headers["content-type"] = "application/json";
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await agent.request({
      origin,
      path,
      method,
      headers,
      signal,
      body: body === null ? null : JSON.stringify(body),
    });
    return { status: answer.statusCode, value: parse(await answer.body.text()) };
  } catch (cause) {
    throw new CountersignError("gateway_unreachable", `${origin} did not answer: check the network.`, { cause });
  }
}

/** Writes a good answer into the file and returns null; any other is returned, and nothing is written. */
async function save(agent: Dispatcher, origin: string, path: string, file: string, pass: Pass): Promise<Answer | null> {
  const headers = pass.headers("GET", path);
  let refused: { readonly status: number; readonly chunks: Buffer[] } | null = null;
  try {
    await agent.stream({ origin, path, method: "GET", headers }, ({ statusCode }) => {
      if (statusCode === 200) return createWriteStream(file, { flags: "wx", mode: 0o600 });
      const chunks: Buffer[] = [];
      refused = { status: statusCode, chunks };
      return new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
      });
    });
  } catch (cause) {
    throw new CountersignError("gateway_unreachable", `${origin} did not send it whole: try again.`, { cause });
  }
  return refused === null ? null : answerOf(refused);
}

function answerOf({ status, chunks }: { readonly status: number; readonly chunks: readonly Buffer[] }): Answer {
  return { status, value: parse(Buffer.concat(chunks).toString("utf8")) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours (a proxy's page, say): judged by its status alone.
    return null;
  }
}

function refusal(answer: Answer): CountersignError {
  const named = errorBody.safeParse(answer.value);
  if (named.success) return new CountersignError(named.data.error.code, named.data.error.message);
  const unreachable = answer.status === 502 || answer.status === 503 || answer.status === 504;
  const message = `The gateway answered HTTP ${answer.status} without saying why: ask who runs it.`;
  return new CountersignError(unreachable ? "gateway_unreachable" : "internal", message);
}
