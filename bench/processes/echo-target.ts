/** A target with nothing to it, as a process of its own: answers each call with the text it was sent, or one as long as it was asked for. */
import { createServer } from "node:http";
import { announce } from "./announce.ts";
import { echoed } from "./echoed.ts";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const body = echoed(Buffer.concat(chunks).toString("utf8"));
    if (body === null) return void response.writeHead(202).end();
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    return response.end(body);
  });
});
announce(server);
