import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageCommand } from "../../../../src/demo/sample-servers.ts";
import { openWays, type Ways } from "../../../conformance/ways.ts";
import type { JsonObject } from "../../../../src/shared/json.ts";
import { modernRequest, openGround, post } from "../ground.ts";
import { sseServer } from "../../connections/sse-server.ts";
import { legacyServer, type LegacyServer } from "./legacy-server.ts";
import { eventually } from "../../../support/eventually.ts";

let old: LegacyServer;
let older: Awaited<ReturnType<typeof sseServer>>;
let ways: Ways;
let client: Client;
beforeAll(async () => {
  old = await legacyServer();
  older = await sseServer();
  const everything = await packageCommand("@modelcontextprotocol/server-everything");
  ways = await openWays([
    { name: "old", http: { url: old.url }, timeout: "30s" },
    { name: "older", http: { url: older.url }, timeout: "30s" },
    { name: "everything", stdio: { ...everything }, timeout: "20s" },
  ]);
});
afterAll(async () => {
  await ways.close();
  await old.close();
  await older.close();
});
beforeEach(async () => {
  client = await modern("old");
});
afterEach(() => client.close());

/** A stock client of SDK 2 that speaks 2026-07-28 and nothing older. */
async function modern(connection: string): Promise<Client> {
  const opened = new Client(
    { name: "new", version: "1" },
    {
      versionNegotiation: { mode: { pin: "2026-07-28" } },
      capabilities: { sampling: {}, elicitation: {}, roots: {} },
    },
  );
  opened.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { name: "Ada" } }));
  opened.setRequestHandler("sampling/createMessage", () => ({
    model: "none",
    role: "assistant",
    content: { type: "text", text: "says hello" },
  }));
  opened.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///srv/project", name: "project" }] }));
  await opened.connect(new StreamableHTTPClientTransport(new URL(await ways.gateway(connection))));
  return opened;
}

/** The `_meta` of a client that can be asked for this. */
function offers(offered: JsonObject): JsonObject {
  return {
    _meta: {
      "io.modelcontextprotocol/clientCapabilities": offered,
      "io.modelcontextprotocol/clientInfo": { name: `offers ${Object.keys(offered).length}`, version: "1" },
    },
  };
}

const textOf = (result: { readonly content: readonly unknown[] }): unknown => result.content;

describe("a client of 2026-07-28 alone, in front of a server with sessions", () => {
  it("is told who the server is, and lists, calls, reads and gets as if it spoke its revision", async () => {
    expect(client.getServerVersion()).toMatchObject({ name: "old", version: "3" });
    expect(client.getInstructions()).toBe("Old.");
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["add", "greet", "wait"]);
    const steps: unknown[] = [];
    const onprogress = (step: unknown): void => void steps.push(step);
    const sum = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } }, { onprogress });
    expect(textOf(sum)).toEqual([{ type: "text", text: "3" }]);
    expect(steps).toEqual([{ progress: 1 }]);
    expect(await client.readResource({ uri: "test://one" })).toMatchObject({ contents: [{ text: "1" }] });
    expect(await client.getPrompt({ name: "hi" })).toMatchObject({ messages: [{ content: { text: "hi" } }] });
    expect((await client.listResources()).resources).toHaveLength(1);
  });

  it("has one session with it, which begins anew where the server has lost it", async () => {
    const begun = (): number => old.seen.filter(({ body }) => body.includes('"initialize"')).length;
    await client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
    const before = begun();
    await client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
    expect(begun()).toBe(before);
    old.forget();
    expect(textOf(await client.callTool({ name: "add", arguments: { a: 2, b: 2 } }))).toMatchObject([{ text: "4" }]);
    expect(begun()).toBe(before + 1);
  });

  it("is asked for input in rounds, on whichever stream the server asks, and the call runs once", async () => {
    old.ran.length = 0;
    const greeted = await client.callTool({ name: "greet" });
    expect(textOf(greeted)).toMatchObject([{ text: "Ada says hello" }]);
    expect(old.ran).toEqual(["greet"]);
  });

  it("can't go on with a call that it didn't begin, or with other arguments", async () => {
    const first = await client.callTool({ name: "greet" }, { allowInputRequired: true });
    expect(first).toMatchObject({
      resultType: "input_required",
      inputRequests: { q1: { method: "elicitation/create" } },
    });
    const { requestState } = first as unknown as { readonly requestState: string };
    const other = { name: "greet", arguments: { other: 1 }, requestState, inputResponses: {} };
    await expect(client.callTool(other)).rejects.toThrow(/waits for this input/);
    const stranger = await modern("everything");
    const elsewhere = { name: "echo", arguments: { message: "x" }, requestState, inputResponses: {} };
    await expect(stranger.callTool(elsewhere)).rejects.toThrow(/waits for this input/);
    await stranger.close();
  });

  it("cancels at the server by leaving", async () => {
    const leave = new AbortController();
    const left = client.callTool({ name: "wait" }, { signal: leave.signal });
    left.catch(() => undefined);
    await eventually(() => expect(old.seen.some(({ body }) => body.includes('"wait"'))).toBe(true));
    leave.abort();
    await expect(left).rejects.toThrow();
    await eventually(() => expect(old.cancelled).toEqual(["wait"]));
  });

  it("hears by its subscription of what changed, and of no other", async () => {
    const heard: string[] = [];
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
    client.setNotificationHandler("notifications/tools/list_changed", () => void heard.push("tools"));
    const subscription = await client.listen({ resourceSubscriptions: ["test://one"], promptsListChanged: true });
    expect(old.subscribed).toEqual(["test://one"]);
    await eventually(async () => {
      await old.announce();
      expect(heard).toContain("test://one");
    });
    expect(heard).not.toContain("tools");
    await subscription.close();
    await eventually(() => expect(old.subscribed).toEqual([]));
  });

  it("is told clearly of what isn't there", async () => {
    await expect(client.readResource({ uri: "test://none" })).rejects.toMatchObject({ code: -32602 });
    await expect(client.callTool({ name: "none" })).resolves.toMatchObject({ isError: true });
  });
});

describe("what a server with sessions may ask a client of 2026-07-28", () => {
  const rules = [{ name: "all", effect: "allow", requests: ["sampling"] }];
  let ground: Awaited<ReturnType<typeof openGround>>;
  let erin: string;
  beforeAll(async () => {
    ground = await openGround((_request, response) => void response.writeHead(404).end(), rules);
    await ground.reload(
      (config) => (config.connections = [{ name: "target", http: { url: old.url }, timeout: "30s" }]),
    );
    erin = await ground.token("erin", ["engineers"]);
  });
  afterAll(() => ground.close());

  const greet = async (id: number, offered: JsonObject): Promise<unknown> => {
    const response = await post(ground, erin, modernRequest(id, "tools/call", { name: "greet", ...offers(offered) }));
    return await response.json();
  };

  it("is what a rule allows: it is told of nothing else, and no question goes further", async () => {
    old.seen.length = 0;
    expect(await greet(1, { sampling: {}, elicitation: {} })).toMatchObject({ result: { isError: true } });
    const begun = old.seen.filter(({ body }) => body.includes('"initialize"')).map(({ body }) => JSON.parse(body));
    expect(begun).toMatchObject([{ params: { capabilities: { sampling: {} } } }]);
    expect(JSON.stringify(begun)).not.toContain("elicitation");
  });

  it("is recorded with the call that it belongs to", async () => {
    await ground.reload((config) => (config.rules = [{ name: "all", effect: "allow", requests: ["elicitation"] }]));
    await ground.reload((config) => Object.assign(config.connections[0] ?? {}, { fields: ["name"] }));
    const properties = { name: { type: "string" } };
    expect(await greet(2, { elicitation: {} })).toMatchObject({
      // Still a form, though values of this name are masked.
      result: { resultType: "input_required", inputRequests: { q1: { params: { requestedSchema: { properties } } } } },
    });
    const entries = ground.ledger().filter(({ kind }) => kind === "call.response");
    expect(entries.at(-1)?.body).toContain("Who are you?");
  });
});

describe("a client of 2026-07-28 alone, in front of other servers with sessions", () => {
  it("works with the real server-everything over stdio, questions included", async () => {
    const stranger = await modern("everything");
    const { tools } = await stranger.listTools();
    expect(tools.map(({ name }) => name)).toContain("trigger-elicitation-request");
    const echoed = await stranger.callTool({ name: "echo", arguments: { message: "hello" } });
    expect(textOf(echoed)).toMatchObject([{ text: "Echo: hello" }]);
    const sampling = { name: "trigger-sampling-request", arguments: { prompt: "Hello?", maxTokens: 10 } };
    expect(JSON.stringify(await stranger.callTool(sampling))).toContain("says hello");
    const elicited = await stranger.callTool({ name: "trigger-elicitation-request", arguments: {} });
    expect(JSON.stringify(elicited)).toContain("Ada");
    const steps: unknown[] = [];
    const long = { name: "trigger-long-running-operation", arguments: { duration: 1, steps: 2 } };
    await stranger.callTool(long, { onprogress: (step) => void steps.push(step) });
    expect(steps.length).toBeGreaterThan(0);
    await stranger.close();
  });

  it("works with one of HTTP+SSE (2024-11-05)", async () => {
    const stranger = await modern("older");
    const sum = await stranger.callTool({ name: "get_sum", arguments: { a: 1, b: 2 } });
    expect(textOf(sum)).toMatchObject([{ text: "3" }]);
    expect(textOf(await stranger.callTool({ name: "get_name" }))).toMatchObject([{ text: "Hello Ada" }]);
    await stranger.close();
  });
});
