import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { createAgent } from "../../src/agent/index.ts";
import { openClients } from "../../src/client/clients.ts";
import { createConversations } from "../../src/client/conversations.ts";
import { createTunnel } from "../../src/client/tunnel.ts";
import { bearing } from "../../src/client/pass.ts";
import { createUpstream } from "../../src/client/upstream/upstream.ts";
import { loadConfig } from "../../src/gateway/config.ts";
import { createGateway } from "../../src/gateway/index.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { sign, signingKey, startLocalIssuer } from "../gateway/identity/local-issuer.ts";
import { startFront } from "./front.ts";
import { enrolAgent } from "./remote-agent.ts";
import { freePort } from "../../src/demo/free-port.ts";

/** The connections of a gateway and of a tunnel before it, for programs that can't send a token. */
export interface Ways {
  /** Addresses by connection name, the token added on the way. */
  gateway(connection: string): Promise<string>;
  tunnel(connection: string): Promise<string>;
  /** A connection's addresses at the tunnel itself, in both families: nothing stands before them, and no token is added. */
  listeners(connection: string): readonly string[];
  /** The same address with the token added on the way. */
  front(listener: string): Promise<string>;
  /** A connection more, to a server over HTTP, by a reload; its name. */
  connect(url: string): Promise<string>;
  close(): Promise<void>;
}

/** Every call may run, and every question of a target may be asked. */
const everything: JsonObject = {
  name: "everything",
  effect: "allow",
  requests: ["sampling", "elicitation", "roots"],
};

/** `connections` as gateway.yaml has them; `remote` those that an agent process reaches, as agent.yaml has them. */
export async function openWays(connections: readonly JsonObject[], remote: readonly JsonObject[] = []): Promise<Ways> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-ways-"));
  const issuer = await startLocalIssuer();
  const key = await signingKey("k1");
  issuer.state.keys = [key.publicJwk];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, "gateway.yaml");
  const lab = remote.length === 0 ? null : await enrolAgent(folder, url, remote);
  const config = {
    version: 1,
    listen: { host: "127.0.0.1", port },
    publicUrl: url,
    data: "data",
    keys: "keys",
    issuers: [{ name: "staff", kind: "oidc", issuer: issuer.origin, audience: "gateway", clients: ["app"] }],
    agents: lab === null ? [] : [lab.entry],
    connections: [...connections, ...remote.map(({ name }) => ({ name, agent: "lab", timeout: "20s" }))],
    rules: [everything],
  };
  await writeFile(file, stringify(config));
  const agent = createAgent();
  const gateway = await createGateway({ config: await loadConfig(file), agent, log: () => undefined });
  await gateway.start();
  await lab?.start();
  const nowS = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer.origin, aud: "gateway", sub: "suite", client_id: "app", iat: nowS, exp: nowS + 86_400 };
  const accessToken = await sign(key, claims, { typ: "at+jwt" });

  const clients = await openClients(folder, Date.now, () => undefined);
  let addresses: readonly string[] = [];
  const account = { subject: "suite", name: "suite" };
  const upstream = createUpstream({
    origin: url,
    pass: bearing(async () => ({ accessToken, expiresAtMs: claims.exp * 1000, account })),
    ca: undefined,
  });
  const tunnel = createTunnel({
    directory: folder,
    conversations: createConversations(upstream),
    device: () => null,
    clients,
    onState: (state) => {
      if (state.state === "open") ({ addresses } = state);
    },
  });
  await tunnel.open();
  const client = await clients.add("suite");
  const fronts: { close(): Promise<void> }[] = [];
  const front = async (address: string, token: string): Promise<string> => {
    const opened = await startFront(address, token);
    fronts.push(opened);
    return opened.url;
  };
  const connect = async (target: string): Promise<string> => {
    const name = `target-${config.connections.length}`;
    config.connections.push({ name, http: { url: target }, timeout: "20s" });
    await writeFile(file, stringify(config));
    await gateway.reload(await loadConfig(file));
    return name;
  };
  let connected = Promise.resolve("");
  return {
    gateway: (connection) => front(`${url}/mcp/${connection}`, accessToken),
    tunnel: (connection) => front(`http://${addresses[0] ?? ""}/mcp/${connection}`, client.token),
    listeners: (connection) => addresses.map((address) => `http://${address}/mcp/${connection}`),
    front: (listener) => front(listener, client.token),
    connect(target) {
      // One after the other: a file that is being written would be read.
      connected = connected.then(() => connect(target));
      return connected;
    },
    async close() {
      await Promise.all(fronts.map((each) => each.close()));
      await tunnel.close();
      await upstream.close();
      await clients.close();
      await lab?.close();
      await gateway.stop();
      await agent.close();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
