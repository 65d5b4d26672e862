import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CompactSign } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, type RawData } from "ws";
import { Agents } from "../../../src/gateway/agents/agents.ts";
import type { AgentConfig } from "../../../src/gateway/config-schema.ts";
import { Refusals } from "../../../src/gateway/identity/refusals.ts";
import {
  agentProofType,
  channelWindow,
  linkClosed,
  linkPath,
  type AgentProof,
} from "../../../src/shared/agent-link.ts";
import type { Target } from "../../../src/shared/target.ts";
import { collect, never, rpc } from "../../agent/collect.ts";
import { scratch } from "../store/scratch.ts";

const gateway = "http://gateway.test";

interface Key {
  readonly privateKey: KeyObject;
  readonly x: string;
}

function newKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { privateKey, x: publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64url") };
}

/** The gateway's end on a real socket, with one agent, `lab`, configured. */
async function openEnd() {
  const key = newKey();
  const configured: AgentConfig[] = [{ name: "lab", key: key.x }];
  const store = await (await scratch()).open();
  const refusals = new Refusals(store, Date.now);
  const why: unknown[] = [];
  const agents = new Agents({
    store,
    refusals,
    origin: gateway,
    configured: () => configured,
    now: Date.now,
    log: (line) => void (line.event === "agent.refused" && why.push(line.why)),
  });
  const server = createServer().on("upgrade", (request, socket, head) => void agents.open(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    await agents.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    key,
    configured,
    agents,
    why,
    url: `ws://127.0.0.1:${port}${linkPath}`,
    target: agents.target("lab", "c", 1000),
  };
}

type Frame = Readonly<Record<string, unknown>>;

/** A raw agent: what it was told, in order, and how it was closed. */
async function dial(url: string): Promise<{ socket: WebSocket; next(): Promise<Frame>; closed: Promise<number> }> {
  const socket = new WebSocket(url);
  const told: Frame[] = [];
  let wake: (() => void) | undefined;
  socket.on("message", (data: RawData) => {
    if (Buffer.isBuffer(data)) told.push(JSON.parse(data.toString("utf8")));
    wake?.();
  });
  const closed = once(socket, "close").then(([code]) => Number(code));
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const next = async (): Promise<Frame> => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return told.shift() as Frame;
  };
  return { socket, next, closed };
}

async function prove(
  socket: WebSocket,
  key: Key,
  nonce: unknown,
  change: Partial<AgentProof> = {},
  typ = agentProofType,
) {
  const iat = Math.floor(Date.now() / 1000);
  const said = { gateway, agent: "lab", nonce, iat, ...change };
  const proof = await new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
    .setProtectedHeader({ alg: "EdDSA", typ })
    .sign(key.privateKey);
  socket.send(JSON.stringify({ type: "proof", agent: change.agent ?? "lab", proof }));
}

async function linked(end: { readonly url: string; readonly key: Key }) {
  const agent = await dial(end.url);
  await prove(agent.socket, end.key, (await agent.next()).nonce);
  expect(await agent.next()).toEqual({ type: "welcome" });
  return agent;
}

function ask(target: Target) {
  return target.open("modern").request(rpc(1, "tools/call"), {}, never())[Symbol.asyncIterator]();
}

describe("the gateway's end of an agent's link", () => {
  it.each<[string, Partial<AgentProof>, string, string]>([
    ["for another gateway", { gateway: "http://elsewhere.test" }, agentProofType, "another gateway"],
    ["over another nonce", { nonce: "old" }, agentProofType, "another challenge"],
    ["of a clock that is an hour off", { iat: Math.floor(Date.now() / 1000) - 3600 }, agentProofType, "clock"],
    ["of a name that is not configured", { agent: "other" }, agentProofType, "no agent of this name"],
    ["signed for another purpose", {}, "countersign-decision+jws", "another purpose"],
  ])("refuses a proof %s", async (_, change, typ, why) => {
    const end = await openEnd();
    const agent = await dial(end.url);
    await prove(agent.socket, end.key, (await agent.next()).nonce, change, typ);
    expect(await agent.closed).toBe(linkClosed.refused);
    expect(end.why).toEqual([expect.stringContaining(why)]);
    expect(end.target.hindrance?.()).toBe("The agent lab is not connected.");
  });

  it("refuses a wrong key, and a second agent of the name without the key leaves the first in place", async () => {
    const end = await openEnd();
    const first = await linked(end);
    const second = await dial(end.url);
    await prove(second.socket, newKey(), (await second.next()).nonce);
    expect(await second.closed).toBe(linkClosed.refused);
    const asked = ask(end.target).next();
    expect((await first.next()).type).toBe("open");
    const { channel } = await first.next();
    first.socket.send(JSON.stringify({ type: "message", channel, message: { jsonrpc: "2.0", id: 1, result: {} } }));
    expect((await asked).value).toEqual({ message: { jsonrpc: "2.0", id: 1, result: {} } });
  });

  it("lets a second link take over once it has proved itself, and fails what ran on the first", async () => {
    const end = await openEnd();
    const first = await linked(end);
    const asked = ask(end.target).next();
    const failed = expect(asked).rejects.toMatchObject({ reason: "crashed" });
    await first.next();
    const second = await linked(end);
    await failed;
    expect(await first.closed).toBe(linkClosed.replaced);
    ask(end.target)
      .next()
      .catch(() => undefined);
    expect(await second.next()).toMatchObject({ type: "open", connection: "c" });
  });

  it("ends the link of an agent that a new configuration does not have", async () => {
    const end = await openEnd();
    const agent = await linked(end);
    end.configured.length = 0;
    end.agents.reconfigured();
    expect(await agent.closed).toBe(linkClosed.removed);
    await expect(ask(end.target).next()).rejects.toMatchObject({ reason: "unreachable" });
  });

  it("cuts off whoever sends more than a proof before proving itself", async () => {
    const agent = await dial((await openEnd()).url);
    agent.socket.send("x".repeat(1024 * 1024), () => undefined);
    await agent.closed;
  });

  it.each([
    ["no JSON", "{"],
    ["no frame", '{"type":"open"}'],
    ["a message that is no JSON-RPC", '{"type":"message","channel":1,"message":{"id":1}}'],
    ["a second proof", '{"type":"proof","agent":"lab","proof":"x"}'],
  ])("ends a link that says %s", async (_, said) => {
    const agent = await linked(await openEnd());
    agent.socket.send(said);
    await agent.closed;
  });

  it("gives credit as its reader takes messages, and ends a link that sends beyond it", async () => {
    const end = await openEnd();
    const agent = await linked(end);
    const reader = ask(end.target);
    const first = reader.next();
    await agent.next();
    const { channel } = await agent.next();
    const say = (size: number): void => {
      const message = { jsonrpc: "2.0", method: "notifications/message", params: { data: "z".repeat(size) } };
      agent.socket.send(JSON.stringify({ type: "message", channel, message }));
    };
    say(channelWindow);
    await first;
    const second = reader.next();
    expect(await agent.next()).toMatchObject({ type: "credit", channel });
    say(channelWindow);
    await second;
    // The reader holds the second and asks for no third: there is no credit for more.
    say(10);
    await agent.closed;
    await expect(reader.next()).rejects.toMatchObject({ reason: "crashed" });
  });

  it("tells the agent where a caller has gone", async () => {
    const end = await openEnd();
    const agent = await linked(end);
    const leave = new AbortController();
    const session = end.target.open("modern");
    const asked = collect(session.request(rpc(1, "tools/call"), {}, leave.signal));
    await agent.next();
    const { channel } = await agent.next();
    leave.abort(new Error("gone"));
    await expect(asked).rejects.toThrow("gone");
    expect(await agent.next()).toEqual({ type: "cancel", channel });
  });
});
