/** A target with nothing to it, as a process of its own: answers each call with the 200 bytes it was sent, and lists two tools. */
import { createServer } from "node:http";
import { announce } from "./announce.ts";

const tools = ["echo", "slow_echo"].map((name) => ({ name, inputSchema: { type: "object" } }));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
      readonly id: number;
      readonly method: string;
      readonly params: { readonly arguments?: { readonly text?: string } };
    };
    const text = params.arguments?.text ?? "";
    const result = method === "tools/list" ? { tools } : { content: [{ type: "text", text }] };
    const body = JSON.stringify({ jsonrpc: "2.0", id, result });
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
announce(server);
