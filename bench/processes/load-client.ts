/**
 * A light keep-alive client as a process of its own, so that it shares no event loop with what it measures: raw sockets, one call at a
 * time on each, answers with Content-Length or in chunks.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A number of equal calls over some connections. */
export interface Job {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly calls: number;
}

export interface JobResult {
  /** Milliseconds of each call. */
  readonly times: readonly number[];
  readonly elapsedMs: number;
}

const open = new Map<string, Socket[]>();

async function socketsFor({ url, connections }: Job): Promise<readonly Socket[]> {
  const { hostname, port, host } = new URL(url);
  const known = (open.get(host) ?? []).filter((socket) => !socket.destroyed);
  while (known.length < connections) {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    known.push(socket);
  }
  open.set(host, known);
  return known.slice(0, connections);
}

function wire({ url, headers, body }: Job): Buffer {
  const { pathname, host } = new URL(url);
  const lines = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)) });
  const head = [`POST ${pathname} HTTP/1.1`, `host: ${host}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

async function run(job: Job): Promise<JobResult> {
  const sockets = await socketsFor(job);
  const times: number[] = [];
  let sent = 0;
  const one = (socket: Socket, at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      // No two calls that run at once have one id: some servers can't tell them apart.
      const bytes = wire({ ...job, body: job.body.replace('"id":1,', `"id":${at + 1},`) });
      let startedMs = 0;
      let text = "";
      let size = 0;
      /** Of the whole answer; null where it comes in chunks, undefined until its head has come. */
      let length: number | null | undefined;
      const next = (): void => {
        if (sent >= job.calls) {
          socket.off("data", heard).off("close", closed);
          return resolve();
        }
        sent += 1;
        text = "";
        size = 0;
        length = undefined;
        startedMs = performance.now();
        socket.write(bytes);
        return undefined;
      };
      const closed = (): void => reject(new Error(`${job.url} closed a connection`));
      const heard = (chunk: Buffer): void => {
        size += chunk.length;
        // The head, and then the last few bytes, are all that is looked at: a megabyte is only counted.
        if (length === undefined) {
          text += chunk.toString("latin1");
          const end = text.indexOf("\r\n\r\n");
          if (end < 0) return;
          if (!text.startsWith("HTTP/1.1 200")) return reject(new Error(`${job.url} answered ${text}`));
          const given = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1];
          length = given === undefined ? null : end + 4 + Number(given);
          text = text.slice(end);
        } else if (length === null) text = text.slice(-8) + chunk.toString("latin1", Math.max(0, chunk.length - 8));
        if (length === null ? !text.endsWith("\r\n0\r\n\r\n") : size < length) return;
        times.push(performance.now() - startedMs);
        next();
      };
      socket.on("data", heard).once("close", closed);
      next();
    });
  const startedMs = performance.now();
  await Promise.all(sockets.map(one));
  return { times, elapsedMs: performance.now() - startedMs };
}

process.on("message", (job: Job) => {
  run(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once("disconnect", () => process.exit(0));
