import type { ServerResponse } from "node:http";

/** Of every answer in JSON. */
export const jsonHeaders = { "content-type": "application/json", "cache-control": "no-store" };

/** Sends one JSON value as the whole answer. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { ...jsonHeaders, "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}
