import { describe, expect, test } from "vitest";
import { createAgent } from "../../../src/agent/index.ts";
import { CountersignError } from "../../../src/shared/errors.ts";
import type { ConnectionConfig } from "../../../src/gateway/config-schema.ts";
import { createConnections, type LastHop } from "../../../src/gateway/connections/registry.ts";
import { collect, never, rpc } from "../../agent/collect.ts";
import { serve } from "./servers.ts";

function http(name: string, url: string, headers: Record<string, string> = {}): ConnectionConfig {
  return { name, http: { url, headers }, fields: [], timeout: 1000 };
}

/** Answers one request with the variable it was given. */
const script = `process.stdin.once("data", (line) => console.log(JSON.stringify(
  { jsonrpc: "2.0", id: JSON.parse(line).id, result: { token: process.env.TOKEN, plain: process.env.PLAIN } })))`;

const resolveSecret = (name: string): string => {
  if (name === "env:KNOWN") return "the secret";
  throw new CountersignError("configuration", `The secret ${name} is not set.`);
};

function lastHop(): LastHop {
  return {
    embedded: createAgent(),
    linked: () => {
      throw new Error("no connection here names an agent");
    },
  };
}

describe("the registry of connections", () => {
  test("finds connections by name and gives each its resolved secrets", async () => {
    const served = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    const stdio = { command: process.execPath, args: ["-e", script], env: { TOKEN: "env:KNOWN", PLAIN: "plain" } };
    const configs: ConnectionConfig[] = [
      http("web", served.url, { authorization: "env:KNOWN" }),
      { name: "local", title: "Local", stdio, fields: [], timeout: 5000 },
    ];
    const connections = await createConnections(configs, lastHop(), resolveSecret);
    const facts = [...connections.all.values()].map(({ name, title, transport, timeoutMs }) => [
      name,
      title,
      transport,
      timeoutMs,
    ]);
    expect(facts).toEqual([
      ["web", null, "http", 1000],
      ["local", "Local", "stdio", 5000],
    ]);
    const ask = (name: string) =>
      collect(connections.all.get(name)?.target.open("legacy").request(rpc(1, "ping"), {}, never()) ?? []);
    expect(await ask("local")).toMatchObject([{ result: { token: "the secret", plain: "plain" } }]);
    await ask("web");
    expect(served.seen[0]?.headers.authorization).toBe("the secret");
    await connections.close();
    await served.close();
  });

  test.for<[string, ConnectionConfig[], string]>([
    [
      "a secret that is not there",
      [http("a", "http://127.0.0.1/", { authorization: "env:NO" })],
      "Connection a: The secret env:NO is not set.",
    ],
    [
      "a header of the gateway's own",
      [http("a", "http://127.0.0.1/", { host: "env:KNOWN" })],
      'Connection a: The header "host"',
    ],
    [
      "a name used twice",
      [http("a", "http://127.0.0.1/"), http("a", "http://127.0.0.1/")],
      "Connection a: the name is used twice",
    ],
  ])("refuses %s, naming the connection", async ([, configs, message]) => {
    const creation = createConnections(configs, lastHop(), resolveSecret);
    await expect(creation).rejects.toMatchObject({ code: "configuration", message: expect.stringContaining(message) });
  });
});
