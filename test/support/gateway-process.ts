import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { JsonObject } from "../../src/shared/json.ts";
import { sign, signingKey, startLocalIssuer } from "../gateway/identity/local-issuer.ts";
import { freePort } from "../../src/demo/free-port.ts";

const entry = fileURLToPath(new URL("../../src/cli/index.ts", import.meta.url));

/** A gateway as `countersign gateway` runs it, in a process of its own, before one HTTP target. */
export interface GatewayProcess {
  readonly url: string;
  readonly folder: string;
  readonly child: ChildProcess;
  /** What it has written to standard error: its log. */
  log(): string;
  token(person: string, groups: readonly string[]): Promise<string>;
  /** Rewrites gateway.yaml, and resolves once it is in force. */
  reload(change: (config: GatewayYaml) => void): Promise<void>;
  /** Ends it by this signal and starts it anew, at the same address and on the same data. */
  restart(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Its exit status, once it has ended. */
  ended(): Promise<number | null>;
  close(): Promise<void>;
}

interface GatewayYaml {
  connections: JsonObject[];
  rules: JsonObject[];
  [member: string]: unknown;
}

export interface GatewayProcessOptions {
  /** The target's MCP address; its connection is called `target`. */
  readonly target: string;
  readonly rules: JsonObject[];
  readonly config?: JsonObject;
  /** Arguments for node, before the program. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its arguments, that starts the gateway in its place; `DATA` among them is the data folder, which is there then. */
  readonly through?: readonly string[];
  /** Runs before the gateway starts, with its folder (`data`, `keys`) and its ledger's origin. */
  readonly prepare?: (folder: string, origin: string) => Promise<void>;
}

export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-process-"));
  const issuer = await startLocalIssuer();
  const key = await signingKey("k1");
  issuer.state.keys = [key.publicJwk];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config: GatewayYaml = {
    version: 1,
    listen: { host: "127.0.0.1", port },
    publicUrl: url,
    data: "data",
    keys: "keys",
    issuers: [{ name: "staff", kind: "oidc", issuer: issuer.origin, audience: "gateway", clients: ["app"] }],
    connections: [{ name: "target", http: { url: options.target }, timeout: "30s" }],
    rules: options.rules,
    ...options.config,
  };
  const file = join(folder, "gateway.yaml");
  const write = (): Promise<void> => writeFile(file, stringify(config));
  await write();
  await options.prepare?.(folder, `127.0.0.1:${port}`);
  const data = join(folder, "data");
  const through = (options.through ?? []).map((word) => (word === "DATA" ? data : word));
  if (through.length > 0) await mkdir(data, { mode: 0o700 });
  const plain = [process.execPath, ...(options.node ?? []), entry, "gateway", "--config", file, "--json"];
  const [program = process.execPath, ...args] = [...through, ...plain];
  let log = "";
  const start = async () => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    });
    const closed = once(child, "close");
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
    await Promise.race([once(child.stdout, "data"), closed]);
    if (child.exitCode !== null) throw new Error(`the gateway did not start: ${log}`);
    return { child, closed };
  };
  let running = await start();
  return {
    url,
    folder,
    get child() {
      return running.child;
    },
    log: () => log,
    async restart(signal) {
      running.child.kill(signal);
      await running.closed;
      running = await start();
    },
    token: (person, groups) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer.origin,
        aud: "gateway",
        sub: person,
        client_id: "app",
        groups: [...groups],
        iat: now,
      };
      return sign(key, { ...claims, auth_time: now, exp: now + 86_400, jti: `${person} ${now}` }, { typ: "at+jwt" });
    },
    async reload(change) {
      const before = occurrences(log);
      change(config);
      await write();
      while (occurrences(log) === before) await once(running.child.stderr, "data");
    },
    async ended() {
      const { child, closed } = running;
      await closed;
      return child.exitCode;
    },
    async close() {
      running.child.kill("SIGKILL");
      await running.closed;
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function occurrences(log: string): number {
  return log.split('"event":"config.loaded"').length;
}
