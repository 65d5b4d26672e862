import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClients } from "../../src/client/clients.ts";
import { introductionIn, introductionOf } from "../../src/client/introduction.ts";
import type { Json } from "../../src/shared/json.ts";

const initialize = (clientInfo: Json) => ({ jsonrpc: "2.0", id: 1, method: "initialize", params: { clientInfo } });
const modern = (method: string, info: Json) => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params: { _meta: { "io.modelcontextprotocol/clientInfo": info } },
});
const bytes = (message: Json): Buffer => Buffer.from(JSON.stringify(message));
const info = { name: "cursor-vscode", version: "1.2.0" };

describe("a client's introduction", () => {
  it("is read from the beginning of a conversation in either era", () => {
    expect(introductionIn([], bytes(initialize(info)))).toEqual(info);
    for (const method of ["server/discover", "tools/list"])
      expect(introductionIn(["Mcp-Method", method], bytes(modern(method, info)))).toEqual(info);
  });

  it.each<[string, Parameters<typeof introductionIn>[0], Json]>([
    ["a call of the modern era", ["mcp-method", "tools/call"], modern("tools/call", info)],
    ["a call that only speaks of it", ["mcp-session-id", "s"], modern("tools/call", { name: '"initialize"' })],
    ["a call that says another method in its header", ["mcp-method", "tools/list"], modern("tools/call", info)],
    ["what names nothing", [], initialize({ version: "1" })],
    ["what names nothing that can be seen", [], initialize({ name: "\u200b \u202e", version: "1" })],
    ["a name that is no text", [], initialize({ name: ["x"], version: "1" })],
    ["a list of messages", [], [initialize(info)]],
  ])("is not taken from %s", (_, headers, message) => {
    expect(introductionIn(headers, bytes(message))).toBeNull();
  });

  it("is not taken from what is no JSON", () => {
    expect(introductionIn([], Buffer.from('{"method":"initialize",'))).toBeNull();
  });

  it("is kept to a hundred characters and forty, which shows, and may lack its version", () => {
    const said = introductionOf(initialize({ name: "🦊".repeat(60_000), version: "9".repeat(60_000) }));
    expect(Array.from(said?.name ?? "")).toHaveLength(100);
    expect(said?.name.endsWith("🦊…")).toBe(true);
    expect(said?.version).toBe(`${"9".repeat(39)}…`);
    expect(introductionOf(initialize({ name: "x", version: 2 }))).toEqual({ name: "x", version: null });
  });
});

describe("the clients that were introduced", () => {
  let directory: string;
  let atMs: number;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "countersign-introduced-"));
    atMs = 1_000_000;
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("keep what they said and when, beyond the end of the process", async () => {
    const clients = await openClients(
      directory,
      () => atMs,
      () => undefined,
    );
    const { id } = await clients.add("Cursor");
    expect(clients.list()[0]).not.toHaveProperty("claimed");
    clients.introduced(id, info);
    await clients.close();
    const again = await openClients(
      directory,
      () => atMs,
      () => undefined,
    );
    expect(again.list()).toMatchObject([{ name: "Cursor", claimed: { ...info, atMs } }]);
    await again.close();
  });

  it("are told of once where hundreds of sessions begin at a time, and never of one that is gone", async () => {
    let changes = 0;
    const clients = await openClients(
      directory,
      () => atMs,
      () => (changes += 1),
    );
    const { id } = await clients.add("Cursor");
    changes = 0;
    for (let count = 0; count < 200; count += 1) clients.introduced(id, info);
    clients.introduced("gone", info);
    expect(changes).toBe(1);
    atMs += 1_000;
    clients.introduced(id, { name: "cursor-vscode", version: "1.3.0" });
    expect(clients.list()).toMatchObject([{ claimed: { version: "1.3.0", atMs } }]);
    await clients.close();
    expect(await readFile(join(directory, "clients.json"), "utf8")).toContain("1.3.0");
  });
});
