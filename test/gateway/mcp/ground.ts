import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { stringify } from "yaml";
import { createAgent } from "../../../src/agent/index.ts";
import { loadConfig } from "../../../src/gateway/config.ts";
import { createGateway } from "../../../src/gateway/index.ts";
import type { LogLine } from "../../../src/gateway/log.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { serve, type Handler, type Served } from "../connections/servers.ts";
import { sign, signingKey, startLocalIssuer, type LocalIssuer } from "../identity/local-issuer.ts";
import { freePort } from "../../../src/demo/free-port.ts";

/** A gateway before one HTTP target that a test scripts, with an issuer of its own and a clock that the test may move. */
export interface Ground {
  readonly url: string;
  readonly data: string;
  readonly target: Served;
  /** Where its people sign in. */
  readonly issuer: LocalIssuer;
  readonly log: readonly LogLine[];
  /** Milliseconds by which the gateway's clock is ahead. */
  readonly clock: { aheadMs: number };
  /** `more`: claims besides the usual, or in their place. `lastsS`: how long it lasts from now, by the gateway's clock; a day of this machine's where it is left out. */
  token(
    person: string,
    groups: readonly string[],
    client?: string,
    lastsS?: number,
    more?: JsonObject,
  ): Promise<string>;
  /** Every entry of the ledger, kind and body, in order. */
  ledger(): readonly { readonly kind: string; readonly body: string }[];
  reload(change: (config: GroundYaml) => void): Promise<void>;
  /** Stops the gateway and starts it anew on the same data, at the same address. */
  restart(): Promise<void>;
}

interface GroundYaml {
  connections: JsonObject[];
  rules: JsonObject[];
  [member: string]: unknown;
}

/** What its profiles pin: nobody signs in there, as installed clients are given their tokens. */
export const groundSignIn = { kind: "oidc", issuer: "http://127.0.0.1:1", clientId: "app", scope: "openid" } as const;

/** The rules where a test names none: `get_*` runs, `slow_*` is held, resources by address. */
const usual: JsonObject[] = [
  { name: "reads", tools: ["get_*"], effect: "allow", readOnly: true },
  { name: "held", tools: ["slow_*"], resources: ["held://*"], effect: "approve", approvers: ["approvers"] },
  { name: "secret", resources: ["file:///srv/secret/*"], effect: "deny" },
  { name: "public", resources: ["file:///srv/*"], effect: "allow" },
];

/** `options`: where it listens, and the origin that clients reach it at, where something stands between. */
export async function openGround(
  handle: Handler,
  rules: JsonObject[] = usual,
  options: { readonly port?: number; readonly publicUrl?: string } = {},
): Promise<Ground & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-ground-"));
  const issuer = await startLocalIssuer();
  const key = await signingKey("k1");
  issuer.state.keys = [key.publicJwk];
  const target = await serve(handle);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const config: GroundYaml = {
    version: 1,
    listen: { host: "127.0.0.1", port },
    publicUrl: options.publicUrl ?? url,
    data: "data",
    keys: "keys",
    issuers: [
      {
        name: "staff",
        kind: "oidc",
        issuer: issuer.origin,
        audience: "gateway",
        clients: ["app"],
        signIn: groundSignIn,
      },
    ],
    roles: { admin: ["admins"], auditor: ["auditors"] },
    // Its people have a new device for each test.
    devices: { secondWaits: false },
    // Far above what a target takes on a loaded machine: a test of its silence names another.
    connections: [{ name: "target", http: { url: target.url }, timeout: "30s" }],
    rules,
  };
  const file = join(folder, "gateway.yaml");
  await writeFile(file, stringify(config));
  const clock = { aheadMs: 0 };
  const log: LogLine[] = [];
  const agent = createAgent();
  const start = async () => {
    const made = await createGateway({
      config: await loadConfig(file),
      agent,
      log: (line) => log.push(line),
      now: () => Date.now() + clock.aheadMs,
    });
    await made.start();
    return made;
  };
  let gateway = await start();
  return {
    url,
    data: join(folder, "data"),
    target,
    issuer,
    log,
    clock,
    token: (person, groups, client = "app", lastsS, more = {}) => {
      const nowS = Math.floor((Date.now() + (lastsS === undefined ? 0 : clock.aheadMs)) / 1000);
      return sign(
        key,
        {
          iss: issuer.origin,
          aud: "gateway",
          sub: person,
          client_id: client,
          groups: [...groups],
          iat: nowS,
          auth_time: nowS,
          exp: nowS + (lastsS ?? 86_400),
          jti: `${person} ${Math.random()}`,
          ...more,
        },
        { typ: "at+jwt" },
      );
    },
    ledger() {
      const db = new DatabaseSync(join(folder, "data", "gateway.sqlite"), { readOnly: true });
      try {
        return db
          .prepare("SELECT leaf, body FROM ledger_entries ORDER BY seq")
          .all()
          .map(({ leaf, body }) => ({
            kind: (JSON.parse(String(leaf)) as { kind: string }).kind,
            body: String(body),
          }));
      } finally {
        db.close();
      }
    },
    async reload(change) {
      change(config);
      await writeFile(file, stringify(config));
      await gateway.reload(await loadConfig(file));
    },
    async restart() {
      await gateway.stop();
      gateway = await start();
    },
    async close() {
      await gateway.stop();
      await agent.close();
      await target.close();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a modern client sends: headers and envelope of 2026-07-28 around a method. */
export function modernRequest(id: string | number, method: string, params: JsonObject): Sent {
  const name = params.name ?? params.uri;
  const named = ["tools/call", "prompts/get", "resources/read"].includes(method) && typeof name === "string";
  return {
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(named ? { "mcp-name": name } : {}),
    },
    body: {
      jsonrpc: "2.0",
      id,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
          ...(params._meta as JsonObject | undefined),
        },
      },
    },
  };
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** Posts one message to the gateway's connection. */
export function post(
  { url }: Pick<Ground, "url">,
  token: string,
  { headers, body }: Sent,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}/mcp/target`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Answers a target's request with a result. */
export function result(body: string, value: JsonObject): string {
  const { id } = JSON.parse(body) as { id: string | number };
  return JSON.stringify({ jsonrpc: "2.0", id, result: value });
}
