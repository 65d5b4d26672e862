import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signedIn, until, type Workbench } from "./workbench.ts";

let bench: Workbench;
let url: string;
let token: string;
/** What the gateway has not answered yet, in the order in which it came. */
let held: ServerResponse[];
let arrived: (() => void) | null;
beforeEach(async () => {
  bench = await signedIn();
  bench.gateway.tokens.add("token-2");
  ({ token } = await bench.client.addClient("cursor"));
  await bench.client.openTunnel();
  const { tunnel } = bench.client.state();
  if (tunnel.state !== "open") throw new Error("The tunnel is not open.");
  url = `http://127.0.0.1:${tunnel.port}/mcp/files`;
  held = [];
  arrived = null;
  bench.gateway.mcp = (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    held.push(response);
    arrived?.();
  };
});
afterEach(() => bench.close());

/** A request to the tunnel, once it is with the gateway. */
async function underWay(message: object): Promise<{ answer: Promise<Response>; at: ServerResponse }> {
  const came = new Promise<void>((resolve) => (arrived = resolve));
  const answer = fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, ...message }),
  });
  await came;
  const at = held.at(-1);
  if (at === undefined) throw new Error("Nothing came.");
  return { answer, at };
}

const signOut = async () => void (await bench.client.call("session.signOut", {}, "window"));
/** Alex signs in where Sam is signed in. */
const alexSignsIn = async () => {
  bench.signIn.accessToken = "token-2";
  expect(await bench.client.call("session.signIn", {}, "window")).toMatchObject({ ok: true });
  await until(bench.client, ({ session }) => session.state === "signed-in" && session.account.id === "demo:alex");
};
const asAlex = () => bench.gateway.requests.filter((each) => each.token === "token-2" && each.path.startsWith("/mcp/"));

describe.each([
  ["signed out", signOut],
  ["another signed in over them", alexSignsIn],
])("a person who was %s", (_name, leave) => {
  it("hears no answer any more to what they called: it ends, and may have run", async () => {
    const { answer, at } = await underWay({ method: "tools/call", params: { name: "pay" } });
    const ended = once(at, "close");
    await leave();
    await ended;
    const told = await (await answer).json();
    expect(told).toMatchObject({ id: 7, error: { data: { code: "signed_out", outcome: "unknown" } } });
    expect(asAlex()).toEqual([]);
  });

  it("hears no event any more on a stream that was theirs", async () => {
    const { answer, at } = await underWay({ method: "tools/call", params: { name: "watch" } });
    at.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const stream = await answer;
    const ended = once(at, "close");
    await leave();
    await ended;
    expect(await stream.text()).toContain('"outcome":"unknown"');
  });

  it("leaves no list of theirs to be asked for as the next one's", async () => {
    const { answer, at } = await underWay({ method: "tools/list" });
    const ended = once(at, "close");
    await leave();
    await ended;
    expect(await (await answer).json()).toMatchObject({ id: 7, error: { data: { outcome: "not_run" } } });
    expect(asAlex()).toEqual([]);
  });

  it("leaves no trace in the traffic that the next one sees", async () => {
    const { answer } = await underWay({ method: "tools/call", params: { name: "pay" } });
    await leave();
    await (await answer).text();
    expect(bench.client.state().traffic).toMatchObject({ lines: [], troubles: [] });
  });
});

it("a person who signs in again after their session ran out keeps what went", async () => {
  const { answer, at } = await underWay({ method: "tools/call", params: { name: "pay" } });
  await bench.client.call("session.signIn", {}, "window");
  at.writeHead(200, { "content-type": "application/json" }).end('{"jsonrpc":"2.0","id":7,"result":{}}');
  expect(await (await answer).json()).toMatchObject({ result: {} });
  const { traffic } = await until(bench.client, (state) => state.traffic.lines.length > 0);
  expect(traffic.lines).toMatchObject([{ connection: "files", calls: 1, errors: 0 }]);
});
