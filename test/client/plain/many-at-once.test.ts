import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fc } from "../../support/fast-check.ts";
import { openTunnelBench, type TunnelBench } from "../tunnel-bench.ts";
import { openRaw } from "./raw.ts";

/** How the gateway answers a call, and the client asks it. */
interface Asked {
  readonly answer: "whole" | "in parts" | "events" | "long" | "broken" | "empty";
  /** Event loop turns before it is answered. */
  readonly late: number;
  /** Where the request is cut in two, in 100 parts. */
  readonly cut: number;
  readonly way: "and waits" | "behind the last" | "and leaves";
}

const asking: fc.Arbitrary<Asked> = fc.record({
  answer: fc.constantFrom("whole", "whole", "in parts", "events", "long", "broken", "empty"),
  late: fc.nat(6),
  cut: fc.oneof(fc.constant(0), fc.nat(99)),
  way: fc.constantFrom("and waits", "and waits", "and waits", "and waits", "behind the last", "and leaves"),
});

let gateway: Server;
let bench: TunnelBench;
const asked = new Map<string, Asked>();
/** How often each call reached the gateway, and as whose. */
const ran = new Map<string, unknown[]>();
beforeAll(async () => {
  gateway = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      const id = /"id":"([^"]+)"/.exec(body)?.[1] ?? "";
      ran.set(id, [...(ran.get(id) ?? []), request.headers["countersign-client"]]);
      void answer(response, id, asked.get(id));
    });
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  bench = await openTunnelBench(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, "token");
});
afterAll(async () => {
  await bench.close();
  gateway.closeAllConnections();
  gateway.close();
});

async function answer(response: ServerResponse, id: string, how: Asked | undefined): Promise<void> {
  // The tunnel asks by itself whether the gateway takes calls.
  if (how === undefined) return void response.end("{}");
  for (let turn = 0; turn < how.late; turn += 1) await setImmediate();
  const said = JSON.stringify({ jsonrpc: "2.0", id, result: { text: "x".repeat(how.answer === "long" ? 90_000 : 9) } });
  if (how.answer === "empty") return void response.writeHead(202, { "x-of": id }).end();
  const type = how.answer === "events" ? "text/event-stream" : "application/json";
  const whole = how.answer === "events" ? `: begins\n\ndata: ${said}\n\n` : said;
  const length = how.answer === "whole" ? { "content-length": whole.length } : {};
  response.writeHead(200, { "content-type": type, "x-of": id, ...length });
  if (how.answer === "whole") return void response.end(whole);
  response.write(whole.slice(0, 12));
  for (let turn = 0; turn < how.late; turn += 1) await setImmediate();
  if (how.answer === "broken") response.destroy();
  else response.end(whole.slice(12));
}

/** One client's connection, and whatever it asks on it. */
async function live(client: string, token: string, calls: readonly Asked[]): Promise<void> {
  let raw = openRaw(bench.port);
  const due: string[] = [];
  const take = async () => {
    for (const id of due.splice(0)) {
      const got = await raw.answer();
      const names = `${got?.headers["x-of"] ?? ""} ${got?.body ?? ""}`.match(/\b\w+-\d+-call\b/g) ?? [];
      expect(got?.status, id).toBe(asked.get(id)?.answer === "empty" ? 202 : 200);
      expect([...new Set(names)]).toEqual([id]);
    }
  };
  for (const [index, call] of calls.entries()) {
    const id = `${client}-${index}-call`;
    asked.set(id, call);
    const body = JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: {} });
    const head = `POST /mcp/files HTTP/1.1\r\nHost: 127.0.0.1:${bench.port}\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n`;
    if (call.way !== "behind the last") await take();
    const at = Math.floor((call.cut * (head.length + body.length)) / 100);
    raw.send((head + body).slice(0, at));
    for (let turn = 0; turn < (at > 0 ? 3 : 0); turn += 1) await setImmediate();
    raw.send((head + body).slice(at));
    due.push(id);
    if (call.way !== "and leaves") continue;
    for (let turn = 0; turn < call.late; turn += 1) await setImmediate();
    raw.socket.destroy();
    due.length = 0;
    raw = openRaw(bench.port);
  }
  await take();
  expect(raw.rest()).toBe("");
  raw.socket.destroy();
}

it("each of many connections at once gets the answers to its own calls, in their order, and each call runs once, as its own client's", async () => {
  const other = await bench.clients.add("other");
  const lives = fc.array(fc.array(asking, { minLength: 20, maxLength: 40 }), { minLength: 24, maxLength: 24 });
  const [all = []] = fc.sample(lives, { numRuns: 1 });
  await Promise.all(
    all.map((calls, index) => live(`client${index}`, index % 2 === 0 ? bench.token : other.token, calls)),
  );
  for (const [id, whose] of ran) {
    const [, number] = /^client(\d+)-/.exec(id) ?? [];
    if (number !== undefined) expect(whose, id).toEqual([Number(number) % 2 === 0 ? "test" : "other"]);
  }
  expect(ran.size).toBeGreaterThan(300);
});
