import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { socketPlace } from "../../src/client/socket-path.ts";
import { openWorld, type World } from "../support/world.ts";
import { bridgeCommand, program, startBridge } from "./bridge.ts";
import { openTunnelBench, type TunnelBench } from "./tunnel-bench.ts";

let world: World;
let token: string;
let bench: TunnelBench;
beforeAll(async () => {
  world = await openWorld();
  token = await world.token("engineer");
  bench = await openTunnelBench(world.url, token);
}, 60_000);
afterAll(async () => {
  await bench.close();
  await world.close();
});

const echo = { name: "echo", arguments: { message: "hello" } };
const echoed = [{ type: "text", text: "Echo: hello" }];

const initialize = (id: number) => ({
  id,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
});
const call = (id: number) => ({ id, method: "tools/call", params: echo });

describe("the stdio bridge", () => {
  it("serves SDK v1 and v2, in the era of each, and lists them as unverified", async () => {
    const one = new ClientV1({ name: "sdk-v1", version: "1" });
    await one.connect(new TransportV1(bridgeCommand("everything", "claude-desktop", bench.directory)));
    const two = new Client({ name: "sdk-v2", version: "1" }, { versionNegotiation: { mode: "auto" } });
    await two.connect(new StdioClientTransport(bridgeCommand("everything", "other", bench.directory)));
    for (const client of [one, two]) {
      expect((await client.callTool(echo)).content).toEqual(echoed);
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    }
    const named = bench.clients.list().filter(({ unverified }) => unverified === true);
    expect(named.map(({ name }) => name)).toEqual(["claude-desktop", "other"]);
    expect(named.every(({ lastUsedAtMs }) => lastUsedAtMs !== null)).toBe(true);
    expect(named.map(({ claimed }) => claimed?.name)).toEqual(["sdk-v1", "sdk-v2"]);
    await one.close();
    await two.close();
  }, 60_000);

  it("has a socket that this user alone can reach", async () => {
    expect((await stat(socketPlace(bench.directory, "stdio").path)).mode & 0o777).toBe(0o600);
  });

  it("ends a client that is removed, and refuses it until its person lets it come again", async () => {
    const bridge = startBridge("everything", "goes", bench.directory);
    bridge.say(initialize(1));
    expect(await bridge.answer(1)).toHaveProperty("result");
    bridge.say({ method: "notifications/initialized" });
    const client = bench.clients.list().find(({ name }) => name === "goes");
    await bench.drop(client?.id ?? "");
    // A call may have been on its way while the connection ended: that one is told so.
    bridge.say(call(2));
    await bridge.answer(2);
    bridge.say(call(3));
    expect((await bridge.answer(3)).error).toMatchObject({
      message: expect.stringContaining("countersign clients add goes --stdio"),
      data: { code: "not_allowed", outcome: "not_run" },
    });
    expect(bench.clients.list().map(({ name }) => name)).not.toContain("goes");
    await bench.clients.bridged("goes", "admit");
    const again = startBridge("everything", "goes", bench.directory);
    again.say(initialize(1));
    expect(await again.answer(1)).toHaveProperty("result");
  }, 60_000);

  it("says what to do where no Countersign runs, and goes on by itself once one does", async () => {
    const directory = await mkdtemp(join(tmpdir(), "countersign-away-"));
    const bridge = startBridge("everything", "early", directory);
    bridge.say(initialize(1));
    expect((await bridge.answer(1)).error).toMatchObject({
      message: expect.stringContaining("Start the Countersign app"),
      data: { code: "not_running", outcome: "not_run" },
    });
    const late = await openTunnelBench(world.url, token, { directory });
    bridge.say(initialize(2));
    expect(await bridge.answer(2)).toHaveProperty("result");
    await late.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  it("outlives its owner: what was under way is answered, the rest goes on in a new one without the client's doing", async () => {
    const directory = await mkdtemp(join(tmpdir(), "countersign-again-"));
    const first = await openTunnelBench(world.url, token, { directory });
    const bridge = startBridge("everything", "stays", directory);
    bridge.say(initialize(1));
    await bridge.answer(1);
    bridge.say({ method: "notifications/initialized" });
    bridge.say({
      id: 2,
      method: "tools/call",
      params: { name: "trigger-long-running-operation", arguments: { duration: 30, steps: 30 } },
    });
    bridge.say(call(3));
    await bridge.answer(3);
    await first.close();
    expect((await bridge.answer(2)).error).toMatchObject({ data: { code: "not_running", outcome: "unknown" } });
    const second = await openTunnelBench(world.url, token, { directory });
    bridge.say(call(4));
    expect((await bridge.answer(4)).result).toMatchObject({ content: echoed });
    expect(bridge.lines.join("\n")).not.toContain("countersign-replay");
    await second.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  it("ends with its client's input, after the answers that are still due", async () => {
    const bridge = startBridge("everything", "brief", bench.directory);
    bridge.say(initialize(1));
    await bridge.answer(1);
    bridge.say({ id: 2, method: "ping" });
    bridge.process.stdin?.end();
    const [code] = await once(bridge.process, "close");
    expect(code).toBe(0);
    expect(await bridge.answer(2)).toHaveProperty("result");
  }, 60_000);

  it("imports nothing that isn't ours or Node's, so that it starts as fast as Node does", async () => {
    const seen = new Set<string>();
    const foreign: string[] = [];
    async function visit(file: string): Promise<void> {
      if (seen.has(file)) return;
      seen.add(file);
      const source = await readFile(file, "utf8");
      for (const [, from = ""] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gms))
        if (from.startsWith(".")) await visit(join(dirname(file), from));
        else if (!from.startsWith("node:")) foreign.push(`${file}: ${from}`);
    }
    await visit(program);
    await visit(join(dirname(program), "stdio.ts"));
    expect(foreign).toEqual([]);
    expect(seen.size).toBeLessThan(25);
  });
});
