import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SseParser } from "../../../src/shared/sse.ts";
import { scriptedGateway, streamed, type ScriptedGateway } from "../scripted-gateway.ts";
import { openTunnelBench, type TunnelBench } from "../tunnel-bench.ts";

const waiting = { timeout: 20_000, interval: 10 };
let gateway: ScriptedGateway;
let bench: TunnelBench;
beforeEach(async () => {
  gateway = await scriptedGateway();
  bench = await openTunnelBench(gateway.origin, "token", { connections: ["one", "two"] });
});
afterEach(async () => {
  await bench.close();
  await gateway.close();
});

const initialize = {
  jsonrpc: "2.0",
  id: "i",
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: { roots: {} }, clientInfo: { name: "raw", version: "1" } },
};
const request = (method: string, params: object, id = 1) => ({ jsonrpc: "2.0", id, method, params });
const call = (name: string, id = 1) => request("tools/call", { name, arguments: {} }, id);

async function begin() {
  const opened = await bench.post(initialize, { connection: "" });
  const session = opened.headers.get("mcp-session-id") ?? "";
  const post = (message: object) => bench.post(message, { connection: "", headers: { "mcp-session-id": session } });
  const events = async (last?: string) => {
    const headers = {
      authorization: `Bearer ${bench.token}`,
      accept: "text/event-stream",
      "mcp-session-id": session,
      ...(last === undefined ? {} : { "last-event-id": last }),
    };
    const leaving = new AbortController();
    const answer = await fetch(bench.url(""), { headers, signal: leaving.signal });
    return { answer, next: reader(answer), leave: () => leaving.abort() };
  };
  return { post, events };
}
/** The next event with something in it, or null at the end. */
function reader({ body }: Response) {
  const parser = new SseParser();
  const chunks = body?.getReader();
  const read: { data: string; id?: string }[] = [];
  return async (): Promise<{ data: string; id?: string } | null> => {
    for (;;) {
      const first = read.shift();
      if (first !== undefined) return first;
      const chunk = await chunks?.read();
      if (chunk?.value === undefined) return null;
      read.push(...parser.push(chunk.value));
    }
  };
}
const cameAt = (connection: string) =>
  gateway.came.filter((each) => each.connection === connection).map(({ what }) => what);

const says = (text: string) => JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { text } });

describe("a session with the one server", () => {
  it("tells connections that are opened later, or have forgotten theirs, what its client asked for once and for all", async () => {
    await begin();
    const { post } = await begin();
    await post(request("logging/setLevel", { level: "warning" }));
    const before = gateway.came.length;
    await post(call("one__x"));
    expect(gateway.came.slice(before).map(({ what }) => what)).toEqual([
      "initialize",
      "notifications/initialized",
      "logging/setLevel",
      "tools/call",
    ]);
    await post(request("resources/subscribe", { uri: "cs.one+test://watched" }));
    await post(request("resources/subscribe", { uri: "cs.one+test://left" }));
    await post(request("resources/unsubscribe", { uri: "cs.one+test://left" }));
    gateway.forget();
    const from = gateway.came.length;
    await post(call("one__x"));
    await vi.waitFor(() => expect(cameAt("one").at(-1)).toBe("resources/subscribe"), waiting);
    const again = gateway.came.slice(from).filter(({ what }) => /^(logging|resources)/.test(what));
    expect(again.map(({ connection, message }) => [connection, message.params])).toEqual([
      ["one", { level: "warning" }],
      ["one", { uri: "test://watched" }],
    ]);
  });

  it("brings progress and cancellation to whom they concern, and to nobody else, either way", async () => {
    const { post } = await begin();
    let asking: ServerResponse | undefined;
    gateway.answer = ({ what }, response) => {
      if (what !== "tools/call") return false;
      asking = response;
      const question = { jsonrpc: "2.0", id: 5, method: "roots/list", params: { _meta: { progressToken: "p" } } };
      const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5 } };
      return streamed(response, `data: ${JSON.stringify(question)}`, `data: ${JSON.stringify(cancelled)}`);
    };
    const called = post(call("one__x", 9));
    await vi.waitFor(() => expect(asking).toBeDefined(), waiting);
    const notice = (method: string, params: object) => post({ jsonrpc: "2.0", method, params });
    await notice("notifications/progress", { progressToken: 'one "p"', progress: 1 });
    await notice("notifications/progress", { progressToken: "p", progress: 1 });
    await notice("notifications/cancelled", { requestId: 9 });
    await notice("notifications/roots/list_changed", {});
    asking?.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id: 9, result: {} })}\n\n`);
    const events = new SseParser().push(Buffer.from((await called).text)).map(({ data }) => JSON.parse(data) as object);
    expect(events).toMatchObject([
      { id: "one 5", params: { _meta: { progressToken: 'one "p"' } } },
      { method: "notifications/cancelled", params: { requestId: "one 5" } },
      { id: 9 },
    ]);
    const told = gateway.came.filter(({ what }) => what.startsWith("notifications/") && !what.endsWith("initialized"));
    expect(told.map(({ connection, what, message }) => [connection, what, message.params])).toEqual([
      ["one", "notifications/progress", { progressToken: "p", progress: 1 }],
      ["one", "notifications/cancelled", { requestId: 9 }],
      ["one", "notifications/roots/list_changed", {}],
      ["two", "notifications/roots/list_changed", {}],
    ]);
  });

  it("has a stream that goes on after the last event of each connection", async () => {
    const { post, events } = await begin();
    await post(call("one__x"));
    gateway.answer = ({ what, connection, last }, response) =>
      what === "GET" &&
      streamed(response, ...(last === undefined ? [`id: ${connection}-7\ndata: ${says(connection)}`] : []));
    const first = await events();
    const heard = [await first.next(), await first.next()];
    const loggers = heard.map((each) => /"logger":"(\w+)"/.exec(each?.data ?? "")?.[1]);
    expect(new Set(loggers)).toEqual(new Set(["one", "two"]));
    first.leave();
    const before = gateway.came.length;
    const second = await events(heard[1]?.id);
    await vi.waitFor(() => expect(gateway.came.length).toBe(before + 2), waiting);
    expect(gateway.came.slice(before).map(({ connection, last }) => [connection, last])).toEqual([
      ["one", "one-7"],
      ["two", "two-7"],
    ]);
    second.leave();
  });

  it("says that lists may have changed where a connection keeps what it said no more, and goes on hearing it", async () => {
    const { post, events } = await begin();
    await post(call("one__x"));
    let refusals = 0;
    gateway.answer = ({ what, connection, last }, response) => {
      if (what !== "GET") return false;
      if (last === undefined)
        return streamed(response, `id: ${connection}-7\ndata: {"jsonrpc":"2.0","method":"notifications/x"}`);
      refusals += 1;
      response.writeHead(400).end();
      return true;
    };
    const first = await events();
    await first.next();
    const both = await first.next();
    first.leave();
    const second = await events(both?.id);
    const heard = [];
    for (let at = 0; at < 8; at += 1) heard.push((await second.next())?.data ?? "");
    second.leave();
    expect(refusals).toBe(2);
    expect(heard.filter((each) => each.includes("tools/list_changed")).length).toBe(2);
    expect(heard.filter((each) => each.includes("notifications/x")).length).toBe(2);
  });

  it("gives the rest of an answer whose stream its connection closed, and ends with it", async () => {
    const { post, events } = await begin();
    gateway.answer = ({ what, last }, response) => {
      if (what === "tools/call") {
        streamed(response, "id: cs.k.0\nretry: 10\ndata: ");
        response.end();
        return true;
      }
      if (what !== "GET" || last !== "cs.k.0") return false;
      streamed(response, 'id: cs.k.1\ndata: {"jsonrpc":"2.0","id":1,"result":{}}');
      response.end();
      return true;
    };
    const closed = await post(call("one__x"));
    expect(closed.text).toBe("id: cs.one+cs.k.0\nretry: 10\ndata: \n\n");
    const { next } = await events("cs.one+cs.k.0");
    expect(await next()).toEqual({
      event: "message",
      id: "cs.one+cs.k.1",
      data: '{"jsonrpc":"2.0","id":1,"result":{}}',
    });
    expect(await next()).toBeNull();
  });

  it("says where an answer can't be had any more", async () => {
    const { events } = await begin();
    for (const last of ["cs.three+cs.k.0", "cs.one+cs.k.0"]) {
      gateway.forget();
      const { answer, leave } = await events(last);
      expect(answer.status, last).toBe(400);
      leave();
    }
  });

  it("of before a restart hears at once that what it lists may be other now", async () => {
    const { post, events } = await begin();
    await post(call("one__x"));
    await bench.close();
    bench = await openTunnelBench(gateway.origin, "token", { connections: ["one"] });
    const { next, leave } = await events();
    expect((await next())?.data).toContain("tools/list_changed");
    leave();
  });
});

const instructionsOf = ({ text }: { readonly text: string }) =>
  (JSON.parse(text) as { result: { instructions: string } }).result.instructions;

describe("the instructions of the one server", () => {
  it("quote those of each connection line by line, with what is hidden in them made visible, and say how much is left out", async () => {
    await gateway.close();
    gateway = await scriptedGateway({
      one: "Be quick.\nThen\u202E stop.\r\n\ttwo:\n> x",
      two: "y".repeat(4_321),
      three: " ",
    });
    const connections = ["one", "two", "three", "four"];
    const other = await openTunnelBench(gateway.origin, "token", { connections });
    const said = instructionsOf(await other.post(initialize, { connection: "" }));
    expect(said).toContain("\n\none:\n> Be quick.\n> Then⟨U+202E⟩ stop.\n>   two:\n> > x\n\ntwo:\n> yyyy");
    expect(said).toMatch(/y{4000}\n\(321 more characters, left out here\)$/);
    expect(said).toContain("in its own words, which are not Countersign's");
    await other.close();
  });

  it("wait for no connection that does not answer, and are the server's own where none has any", async () => {
    gateway.answer = ({ what, connection }) => what === "initialize" && connection === "two";
    const opened = await bench.post(initialize, { connection: "" });
    expect(instructionsOf(opened)).toMatch(/^Several servers in one: [^\n]*$/);
  });

  it("are asked for again of one that could not say them", async () => {
    await gateway.close();
    gateway = await scriptedGateway({ one: "Be quick." });
    const other = await openTunnelBench(gateway.origin, "token", { connections: ["one"] });
    gateway.answer = ({ what }, response) => {
      if (what === "initialize") response.writeHead(400).end();
      return what === "initialize";
    };
    expect(instructionsOf(await other.post(initialize, { connection: "" }))).not.toContain("Be quick.");
    gateway.answer = () => false;
    await vi.waitFor(
      async () => expect(instructionsOf(await other.post(initialize, { connection: "" }))).toContain("\n> Be quick."),
      waiting,
    );
    await other.close();
  });
});
