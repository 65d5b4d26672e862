/** The measure of all: a Node reverse proxy that does nothing but pass on (http.request, keep-alive), as a process of its own. */
import { Agent, createServer, request as send } from "node:http";
import { announce } from "./announce.ts";
import { tellSpent } from "./spent.ts";

const target = new URL(process.argv[2] ?? "");
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const server = createServer((request, response) => {
  const { hostname, port, pathname } = target;
  const headers = { ...request.headers, host: target.host };
  const onward = send(
    { agent, hostname, port, path: pathname, method: request.method ?? "POST", headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on("error", () => response.destroy());
  request.pipe(onward);
});
announce(server);
tellSpent();
