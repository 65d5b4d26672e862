import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";

/** What the wire does with a decision on its way to the gateway. */
type Mischief = "none" | "lose the request" | "lose the answer" | "hold";

/** A way to a gateway that loses what a test says. Everything else passes as it is. */
export interface Wire {
  readonly url: string;
  /** From now on: what becomes of decisions. */
  decisions: Mischief;
  /** Bodies of the decisions that were sent, lost or not, in their order. */
  readonly sent: readonly string[];
  /** How many of them reached the gateway. */
  readonly arrived: () => number;
  /** Lets so many of the held ones go on, in the order in which they came; all of them where no number is named. */
  letGo(most?: number): void;
  /** The gateway behind it. */
  lead(gateway: string): void;
  close(): Promise<void>;
}

/** A wire on a port of the system's choice, which leads nowhere yet. */
export async function openWire(): Promise<Wire> {
  const sent: string[] = [];
  const sockets = new Set<Socket>();
  const behind = { gateway: "", arrived: 0 };
  const held: (() => void)[] = [];
  const server = createServer((incoming, outgoing) => {
    const isDecision = incoming.method === "POST" && /^\/v1\/approvals\/[^/]+\/decision$/.test(incoming.url ?? "");
    if (isDecision) void carryDecision(incoming, outgoing);
    else carry(incoming, outgoing, null);
  });

  async function carryDecision(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    sent.push(body.toString("utf8"));
    if (wire.decisions === "lose the request") return void incoming.socket.destroy();
    if (wire.decisions === "hold") await new Promise<void>((go) => held.push(go));
    behind.arrived += 1;
    carry(incoming, outgoing, body);
  }

  function carry(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer | null): void {
    const { method, url, headers } = incoming;
    const loses = body !== null && wire.decisions === "lose the answer";
    const passed = ask(new URL(url ?? "/", behind.gateway), { method, headers, agent: false }, (answer) => {
      // Read to its end: what it says has happened.
      if (loses) {
        answer.resume().on("end", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    if (body === null) incoming.pipe(passed);
    else passed.end(body);
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming, socket, head) => {
    const { hostname, port } = new URL(behind.gateway);
    const lines = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`);
    const passed = connect(Number(port), hostname, () => {
      passed.write(`GET ${incoming.url ?? "/"} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      passed.write(head);
      passed.pipe(socket).pipe(passed);
    });
    for (const end of [passed, socket]) end.on("error", () => [passed, socket].forEach((each) => each.destroy()));
    for (const end of [passed, socket]) end.on("close", () => [passed, socket].forEach((each) => each.destroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decisions: "none",
    sent,
    arrived: () => behind.arrived,
    letGo: (most = held.length) => held.splice(0, most).forEach((go) => go()),
    lead: (gateway) => void (behind.gateway = gateway),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return wire;
}
