import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What stands before an authenticated address, as the public suite can't send a token: passes everything on as it comes, with the
 * bearer token added. A Host or Origin that names this front is put in terms of the address behind it (a program's request has no Origin);
 * any other goes on as it is, so that the address behind has to refuse it.
 */
export async function startFront(
  target: string,
  token: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const upstream = new URL(target);
  const server = createServer((request, response) => pass(request, response, upstream, token, own()));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const own = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${own()}${upstream.pathname}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(request: IncomingMessage, response: ServerResponse, upstream: URL, token: string, own: string): void {
  const { host = "", origin, ...headers } = request.headers;
  const onward = httpRequest({
    // Node takes an IPv6 address without its brackets.
    host: upstream.hostname.replaceAll(/[[\]]/g, ""),
    port: upstream.port,
    method: request.method,
    path: upstream.pathname,
    headers: {
      ...headers,
      host: host === own ? upstream.host : host,
      ...(origin === undefined || origin === `http://${own}` ? {} : { origin }),
      authorization: `Bearer ${token}`,
    },
  });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  // A client that leaves has cancelled (2026-07-28): the address behind must learn it.
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}
