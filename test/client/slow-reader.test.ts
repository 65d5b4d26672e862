import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { openTunnelBench } from "./tunnel-bench.ts";

const filler = `data: ${"x".repeat(60_000)}\n\n`;
const last = 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n';

it.each(["ends", "breaks off"])(
  "a client that reads slowly gets all of an event stream in its order, where the gateway's %s",
  async (how) => {
    const gateway = createServer((_asked, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      for (let count = 0; count < 100; count += 1) answer.write(filler);
      if (how === "ends") answer.end(last);
      else answer.write(last, () => answer.destroy());
    }).listen(0, "127.0.0.1");
    await once(gateway, "listening");
    const bench = await openTunnelBench(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, "token");
    const headers = { authorization: `Bearer ${bench.token}`, "content-type": "application/json" };
    const asked = request(bench.url("files"), { method: "POST", headers });
    asked.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call" }));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of answer) {
      text += String(chunk);
      // The rest of this process goes on: what waits for this reader waits in the tunnel.
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    }
    expect(text.startsWith(filler.repeat(100) + last)).toBe(true);
    await bench.close();
    gateway.closeAllConnections();
    gateway.close();
  },
);
