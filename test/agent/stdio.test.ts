import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { createAgent } from "../../src/agent/index.ts";
import type { Note } from "../../src/agent/note.ts";
import type { Agent, StdioSpec, TargetMessage, TargetSession } from "../../src/shared/target.ts";
import { collect, isAlive, never, notification, resultOf, rpc } from "./collect.ts";
import { eventually } from "../support/eventually.ts";

const fixture: StdioSpec = {
  name: "fixture",
  command: process.execPath,
  args: [fileURLToPath(new URL("fixture-server.ts", import.meta.url))],
  env: {},
};
let notes: Note[] = [];
const agents: Agent[] = [];

function open(spec: Partial<StdioSpec> = {}, era: "legacy" | "modern" = "legacy"): TargetSession {
  notes = [];
  const agent = createAgent({ onNote: (note) => notes.push(note) });
  agents.push(agent);
  return agent.target({ ...fixture, ...spec }).open(era);
}

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

async function next(stream: AsyncIterator<TargetMessage>): Promise<unknown> {
  const { value } = await stream.next();
  return (value as TargetMessage | undefined)?.message;
}

describe("a stdio target's ids", () => {
  test("a request reaches the child under a number of ours and comes back under the client's id", async () => {
    const session = open();
    const [answer] = await collect(session.request(rpc("abc", "echo"), {}, never()));
    expect(answer).toMatchObject({ id: "abc", result: { sawId: 1 } });
    const [again] = await collect(session.request(rpc("abc", "echo"), {}, never()));
    expect(again).toMatchObject({ id: "abc", result: { sawId: 2 } });
  });

  test("interleaved progress of two calls with the same token and id reaches each its own stream", async () => {
    const session = open();
    const held = rpc(7, "hold", { _meta: { progressToken: "same" } });
    const streams = [held, held].map((message) => session.request(message, {}, never())[Symbol.asyncIterator]());
    for (const stream of streams) {
      expect(await next(stream)).toMatchObject({ params: { progressToken: "same", progress: 1 } });
    }
    await collect(session.request(rpc(8, "release"), {}, never()));
    const answers = [];
    for (const stream of streams) {
      expect(await next(stream)).toMatchObject({ params: { progressToken: "same", progress: 2 } });
      answers.push(await next(stream));
      expect((await stream.next()).done).toBe(true);
    }
    expect(answers).toMatchObject([
      { id: 7, result: { token: 1 } },
      { id: 7, result: { token: 2 } },
    ]);
  });

  test("a cancellation names the child's own number, also after its caller has left", async () => {
    const session = open();
    const abort = new AbortController();
    const held = collect(session.request(rpc("mine", "hold", { _meta: { progressToken: 1 } }), {}, abort.signal));
    await collect(session.request(rpc("other", "echo"), {}, never()));
    abort.abort(new Error("left"));
    await expect(held).rejects.toThrow("left");
    const listening = session.listen({}, undefined, never())[Symbol.asyncIterator]();
    const heard = next(listening);
    await session.notify(notification("notifications/cancelled", { requestId: "mine" }), {});
    expect(await heard).toMatchObject({ params: { data: { cancelled: 1 } } });
  });

  test("a cancellation of nothing that runs is not passed on", async () => {
    const session = open();
    await collect(session.request(rpc(1, "echo"), {}, never()));
    await session.notify(notification("notifications/cancelled", { requestId: 1 }), {});
    const messages = await collect(session.request(rpc(2, "echo"), {}, never()));
    expect(messages).toHaveLength(1);
  });

  test("a subscription's notifications and its end carry the client's id (2026-07-28)", async () => {
    const session = open({}, "modern");
    const messages = await collect(session.request(rpc("sub", "subscribe"), {}, never()));
    const key = "io.modelcontextprotocol/subscriptionId";
    expect(messages).toMatchObject([
      { method: "notifications/tools/list_changed", params: { _meta: { [key]: "sub" } } },
      { id: "sub", result: { _meta: { [key]: "sub" } } },
    ]);
  });
});

describe("a modern caller that leaves", () => {
  test("has cancelled its own request, not another one of the same id", async () => {
    const session = open({}, "modern");
    const heard = session.listen({}, undefined, never())[Symbol.asyncIterator]();
    const leaving = new AbortController();
    const [first, second] = [leaving.signal, never()].map((signal) => session.request(rpc(1, "hang"), {}, signal));
    const left = collect(first ?? []);
    collect(second ?? []).catch(() => undefined);
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    expect(await next(heard)).toMatchObject({ params: { data: { cancelled: 1 } } });
  });
});

describe("what a stdio target says unasked", () => {
  test("a request of the target's keeps its id and tokens, and the client's answer reaches it", async () => {
    const session = open();
    const stream = session.request(rpc(1, "ask-first"), {}, never())[Symbol.asyncIterator]();
    expect(await next(stream)).toMatchObject({
      id: "server-1",
      method: "elicitation/create",
      params: { _meta: { progressToken: 1 } },
    });
    await session.notify({ jsonrpc: "2.0", id: "server-1", result: { action: "accept" } }, {});
    expect(await next(stream)).toMatchObject({
      id: 1,
      result: { answer: { id: "server-1", result: { action: "accept" } } },
    });
  });

  test("goes to the open listener, otherwise to the newest open request", async () => {
    const session = open();
    expect(await collect(session.request(rpc(1, "unasked"), {}, never()))).toHaveLength(2);
    const heard = next(session.listen({}, undefined, never())[Symbol.asyncIterator]());
    expect(await collect(session.request(rpc(2, "unasked"), {}, never()))).toHaveLength(1);
    expect(await heard).toMatchObject({ params: { data: "unasked" } });
  });

  test("a newer listener takes over from the older one", async () => {
    const session = open();
    const older = session.listen({}, undefined, never())[Symbol.asyncIterator]();
    const olderEnds = older.next();
    const heard = next(session.listen({}, undefined, never())[Symbol.asyncIterator]());
    expect((await olderEnds).done).toBe(true);
    await collect(session.request(rpc(2, "unasked"), {}, never()));
    expect(await heard).toMatchObject({ params: { data: "unasked" } });
  });
});

describe("a stdio target that misbehaves", () => {
  test("a child that exits mid-call fails every waiting call, and the session is lost", async () => {
    const session = open();
    const hanging = collect(session.request(rpc(1, "hang"), {}, never()));
    const crashing = collect(session.request(rpc(2, "exit"), {}, never()));
    for (const call of [hanging, crashing]) {
      await expect(call).rejects.toMatchObject({ reason: "crashed", message: "The target ended with status 3." });
    }
    const later = collect(session.request(rpc(3, "echo"), {}, never()));
    await expect(later).rejects.toMatchObject({ reason: "session-lost" });
  });

  test("a modern session, which agreed on nothing, gets a new child after a crash", async () => {
    const session = open({}, "modern");
    const call = collect(session.request(rpc(1, "exit"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "crashed" });
    expect(await collect(session.request(rpc(2, "echo"), {}, never()))).toMatchObject([{ id: 2 }]);
  });

  test("what it wrote on standard error is kept for the operator and is not in the message", async () => {
    const session = open();
    const error = await collect(session.request(rpc(1, "exit"), {}, never())).catch((caught: Error) => caught);
    expect(error).toMatchObject({ cause: { message: expect.stringContaining("out of cheese") } });
    expect(error).not.toMatchObject({ message: expect.stringContaining("cheese") });
  });

  test("a child that never answers is given up when the caller stops waiting", async () => {
    const session = open();
    const call = collect(session.request(rpc(1, "hang"), {}, AbortSignal.timeout(300)));
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await collect(session.request(rpc(2, "echo"), {}, never()))).toHaveLength(1);
  });

  test("lines that are no JSON-RPC are ignored and noted without their content", async () => {
    const session = open();
    expect(await collect(session.request(rpc(1, "garbage"), {}, never()))).toMatchObject([{ result: { done: true } }]);
    expect(notes.map(({ what }) => what)).toEqual(["not-json", "not-json", "not-json-rpc", "unknown-id"]);
    expect(JSON.stringify(notes)).not.toContain("Listening");
  });

  test("a line above 64 MiB ends the session", async () => {
    const session = open();
    const call = collect(session.request(rpc(1, "flood"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "protocol" });
  });

  test.for<[string, Partial<StdioSpec>, string]>([
    ["a command that is not there", { command: "no-such-command" }, "the command was not found"],
    ["a folder that is not there", { cwd: "/no/such/folder" }, "its folder (cwd) does not exist"],
    ["a command that may not run", { command: tmpdir() }, "the system refused it (EACCES)"],
  ])("%s is unreachable", async ([, spec, why]) => {
    const call = collect(open(spec).request(rpc(1, "echo"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "unreachable", message: expect.stringContaining(why) });
  });
});

describe("a stdio target's process", () => {
  test("starts with the first message, one for each session", async () => {
    const agent = createAgent();
    agents.push(agent);
    const target = agent.target(fixture);
    const pids = [];
    for (const session of [target.open("legacy"), target.open("legacy"), target.open("modern")]) {
      pids.push((await resultOf<{ pid: number }>(session.request(rpc(1, "environment"), {}, never()))).pid);
    }
    expect(new Set(pids).size).toBe(3);
    await target.close();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(() => target.open("legacy")).toThrow("closed");
  });

  test("gets the configured variables, PATH and HOME, and nothing else of ours", async () => {
    process.env.COUNTERSIGN_TEST_SECRET = "s3cret";
    const session = open({ env: { API_KEY: "k" }, cwd: tmpdir() });
    const { env, cwd } = await resultOf<{ env: Record<string, string>; cwd: string }>(
      session.request(rpc(1, "environment"), {}, never()),
    );
    delete process.env.COUNTERSIGN_TEST_SECRET;
    expect(Object.keys(env).sort()).toEqual(["API_KEY", "HOME", "PATH"]);
    expect(cwd).toBe(tmpdir());
  });

  test("takes what it started with it, even what ignores SIGTERM", async () => {
    const session = open();
    const { pids } = await resultOf<{ pids: number[] }>(session.request(rpc(1, "grandchild"), {}, never()));
    expect(pids.filter(isAlive)).toHaveLength(2);
    await session.close();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(notes).toEqual([]);
    const later = collect(session.request(rpc(2, "echo"), {}, never()));
    await expect(later).rejects.toMatchObject({ reason: "session-lost" });
  });

  test("does not outlive an owner that exits without closing", async () => {
    const owner = spawn(
      process.execPath,
      [fileURLToPath(new URL("careless-owner.ts", import.meta.url)), JSON.stringify(fixture)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    owner.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await once(owner, "close");
    const pids: number[] = JSON.parse(output);
    expect(pids).toHaveLength(2);
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
  });
});
