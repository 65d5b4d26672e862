import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { stringify } from "yaml";
import { z } from "zod";
import { connectionView } from "../../../src/shared/connection.ts";
import { shell, startShell, type Running } from "../../cli/shell.ts";
import { call } from "../../support/world.ts";
import { serve, sessionServer, type Served } from "../connections/servers.ts";
import { sseServer } from "../connections/sse-server.ts";
import { sign, signingKey, startLocalIssuer } from "../identity/local-issuer.ts";
import { freePort } from "../../../src/demo/free-port.ts";

/** A gateway process, an agent process that dials it, a stdio and an HTTP server behind the agent. */
export interface AgentGround {
  readonly url: string;
  readonly folder: string;
  /** What the gateway's process and data must never hold: the targets' credentials. */
  readonly secrets: readonly string[];
  /** The HTTP server behind the agent, and the token endpoint of its OAuth. */
  readonly web: Served;
  readonly tokens: Served;
  /** A server behind the agent that has HTTP+SSE alone. */
  readonly older: Awaited<ReturnType<typeof sseServer>>;
  readonly gateway: () => Running;
  readonly agent: () => Running;
  readonly agentFile: string;
  /** What reached the stdio server's writing tools. */
  readonly calls: string;
  token(person: string, groups: readonly string[]): Promise<string>;
  client(connection: string): Promise<Client>;
  /** A view of `GET /v1/connections`. */
  connection(name: string): Promise<z.infer<typeof connectionView> | undefined>;
  startAgent(): Promise<Running>;
  /** Waits until the gateway sees the agent, or sees it gone. */
  until(state: "connected" | "away"): Promise<void>;
  restartGateway(): Promise<void>;
  /** Kinds of the ledger's entries, in order. */
  ledger(): readonly string[];
  close(): Promise<void>;
}

const server = fileURLToPath(new URL("stdio-server.ts", import.meta.url));

export async function openAgentGround(): Promise<AgentGround> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-agents-"));
  const secrets = [0, 1, 2].map(() => `s3cret-${crypto.randomUUID()}`);
  const [apiKey = "", header = "", clientSecret = ""] = secrets;
  const issuer = await startLocalIssuer();
  const key = await signingKey("k1");
  issuer.state.keys = [key.publicJwk];
  const web = await sessionServer();
  const older = await sseServer();
  const tokens = await serve((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ access_token: "granted-1", token_type: "Bearer", expires_in: 300 }));
  });
  const calls = join(folder, "calls.txt");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await Promise.all([
    writeFile(calls, ""),
    writeFile(join(folder, "header"), header),
    writeFile(join(folder, "client-secret"), clientSecret),
  ]);
  const oauth = { tokenUrl: tokens.url, clientId: "countersign", clientSecret: "file:client-secret" };
  const stdio = { command: process.execPath, args: [server, calls], env: { API_KEY: "env:TEST_API_KEY" } };
  const agentFile = join(folder, "agent.yaml");
  await writeFile(
    agentFile,
    stringify({
      version: 1,
      name: "lab",
      gateway: url,
      key: "file:agent-key.pem",
      connections: [
        { name: "local", stdio },
        { name: "web", http: { url: web.url, headers: { "x-api-key": "file:header" }, oauth } },
        { name: "older", http: { url: older.url } },
      ],
    }),
  );
  const enrolled = await shell("agent", "--config", agentFile, "--enrol", "--json");
  const config = {
    version: 1,
    listen: { host: "127.0.0.1", port },
    publicUrl: url,
    data: "data",
    keys: "keys",
    issuers: [{ name: "staff", kind: "oidc", issuer: issuer.origin, audience: "gateway", clients: ["app"] }],
    agents: [JSON.parse(enrolled.stdout)],
    connections: [
      { name: "local", agent: "lab", timeout: "30s" },
      { name: "web", agent: "lab", timeout: "30s" },
      { name: "older", agent: "lab", timeout: "30s" },
    ],
    rules: [
      { name: "held", tools: ["write_*"], effect: "approve", approvers: ["approvers"] },
      { name: "rest", tools: ["*"], groups: ["engineers"], effect: "allow" },
    ],
  };
  const file = join(folder, "gateway.yaml");
  await writeFile(file, stringify(config));
  const token: AgentGround["token"] = (person, groups) => {
    const nowS = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer.origin, aud: "gateway", sub: person, client_id: "app", groups: [...groups] };
    return sign(key, { ...claims, iat: nowS, auth_time: nowS, exp: nowS + 86_400 }, { typ: "at+jwt" });
  };
  const engineer = await token("erin", ["engineers"]);
  const startGateway = async (): Promise<Running> => {
    const running = startShell("gateway", "--config", file, "--json");
    await running.says(/\{"url".*\}/);
    return running;
  };
  let gateway = await startGateway();
  let agent: Running;
  const connection: AgentGround["connection"] = async (name) => {
    const { body } = await call(url, engineer, "/v1/connections");
    return z
      .object({ connections: z.array(connectionView) })
      .parse(body)
      .connections.find((each) => each.name === name);
  };
  const ground: AgentGround = {
    url,
    folder,
    secrets,
    web,
    tokens,
    older,
    gateway: () => gateway,
    agent: () => agent,
    agentFile,
    calls,
    token,
    connection,
    async client(name) {
      const client = new Client({ name: "v1", version: "1" });
      const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp/${name}`), {
        requestInit: { headers: { authorization: `Bearer ${engineer}` } },
      });
      await client.connect(transport);
      return client;
    },
    async startAgent() {
      // Only the agent's process gets it: the gateway's was started without.
      process.env.TEST_API_KEY = apiKey;
      agent = startShell("agent", "--config", agentFile, "--json");
      delete process.env.TEST_API_KEY;
      await agent.says(/\{"agent".*\}/);
      return agent;
    },
    async until(state) {
      for (;;) {
        const away = (await connection("local"))?.reason !== undefined;
        if (away === (state === "away")) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async restartGateway() {
      gateway.child.kill("SIGTERM");
      await gateway.ended();
      gateway = await startGateway();
    },
    ledger() {
      const db = new DatabaseSync(join(folder, "data", "gateway.sqlite"), { readOnly: true });
      try {
        const rows = db.prepare("SELECT leaf FROM ledger_entries ORDER BY seq").all();
        return rows.map(({ leaf }) => z.object({ kind: z.string() }).parse(JSON.parse(String(leaf))).kind);
      } finally {
        db.close();
      }
    },
    async close() {
      for (const running of [agent, gateway]) {
        if (running.child.exitCode === null && running.child.signalCode === null) running.child.kill("SIGTERM");
        await running.ended();
      }
      await Promise.all([web.close(), older.close(), tokens.close(), issuer.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await ground.startAgent();
  return ground;
}
