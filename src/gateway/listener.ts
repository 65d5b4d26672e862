import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { readFile } from "node:fs/promises";
import { CountersignError } from "../shared/errors.ts";

/** The HTTP or HTTPS server, its certificate read; it doesn't listen yet. */
export async function createServer(tls: { readonly cert: string; readonly key: string } | undefined): Promise<Server> {
  // These time what a client sends, never how long a held call waits for its answer.
  const options = { requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 30_000 };
  if (tls === undefined) return createHttpServer(options);
  const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
  return createHttpsServer({ ...options, cert, key });
}

/** Resolves once it listens. Throws CountersignError `port_taken` or `configuration`. */
export function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === "EADDRINUSE";
      reject(
        new CountersignError(
          taken ? "port_taken" : "configuration",
          taken ? `Port ${port} is taken.` : `Can't listen on ${host}:${port}.`,
          { cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}
