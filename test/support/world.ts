import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { createAgent } from "../../src/agent/index.ts";
import { memoryVault } from "../../src/client/vault/vault.ts";
import { createSignIn } from "../../src/client/sign-in/sign-in.ts";
import { endpoint } from "../../src/demo/customers/endpoint.ts";
import { readCustomers } from "../../src/demo/customers/records.ts";
import { customerServer } from "../../src/demo/customers/tools.ts";
import { startIdentityProvider, type DemoIssuer, type IdentityProvider } from "../../src/demo/idp/index.ts";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { packageCommand } from "../../src/demo/sample-servers.ts";
import { loadConfig } from "../../src/gateway/config.ts";
import { createGateway, type Gateway } from "../../src/gateway/index.ts";
import type { LogLine } from "../../src/gateway/log.ts";
import { approvalView, decisionType, type ApprovalView, type DecisionPayload } from "../../src/shared/approval.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { approving, enrolDevice } from "./device.ts";
import { eventually, patienceMs } from "./eventually.ts";
import { freePort } from "../../src/demo/free-port.ts";

/** A gateway with real issuers, real targets and real people, on one machine, for tests. */
export interface World {
  readonly data: string;
  /** The scratch folder behind the connection `files`. */
  readonly files: string;
  readonly url: string;
  /** The customers server itself, past the gateway. */
  readonly customers: string;
  readonly idp: IdentityProvider;
  readonly log: readonly LogLine[];
  /** Bodies of the requests that reached the customers server: what was forwarded. */
  readonly forwarded: readonly string[];
  /** An access token by a real sign-in, of the plain issuer where none is named. */
  token(person: string, issuer?: Kind): Promise<string>;
  /** The person with a fresh device, enrolled at the gateway. */
  decider(person: string): Promise<Decider>;
  /** Stops the gateway and starts it again on the same data, on which a test may work in between. */
  restart(between?: () => Promise<void>): Promise<void>;
  /** Puts a changed configuration in force. */
  reload(change: (config: GatewayYaml) => void): Promise<void>;
  close(): Promise<void>;
}

type Kind = "oidc" | "entra" | "okta";

/** A person with a device key that signs. */
export interface Decider {
  readonly token: string;
  pending(): Promise<readonly ApprovalView[]>;
  /** The next approval that comes to wait. */
  nextPending(): Promise<ApprovalView>;
  sign(approval: ApprovalView, change?: Partial<DecisionPayload>): Promise<string>;
  decide(
    approval: ApprovalView,
    change?: Partial<DecisionPayload>,
  ): Promise<{ readonly status: number; readonly code: string | null }>;
}

interface GatewayYaml {
  rules: JsonObject[];
  [member: string]: unknown;
}

/** `sam` and `tess` stand beside the demo's engineer and approver by id. */
export async function openWorld(
  options: { readonly rules?: JsonObject[]; readonly config?: JsonObject } = {},
): Promise<World> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "countersign-world-")));
  const files = join(folder, "files");
  await mkdir(files);
  const idp = await startIdentityProvider({
    people: [
      { id: "sam", name: "Sam Sales", email: "sam@example.com", groups: ["sales"] },
      { id: "tess", name: "Tess Third", email: "tess@example.com", groups: ["approvers"] },
    ],
  });
  const forwarded: string[] = [];
  const customers = await serveCustomers(forwarded);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, "gateway.yaml");
  const ca = join(folder, "ca.pem");
  await writeFile(ca, idp.ca);
  const config = await configuration({ port, url, files, customers: customers.url, idp, ca, options });
  await writeFile(file, stringify(config));
  const log: LogLine[] = [];
  const agent = createAgent();
  const start = async (): Promise<Gateway> => {
    const gateway = await createGateway({ config: await loadConfig(file), agent, log: (line) => log.push(line) });
    await gateway.start();
    return gateway;
  };
  let gateway = await start();
  const token = (person: string, issuer: Kind = "oidc"): Promise<string> => tokenOf(idp, person, issuer);
  return {
    data: join(folder, "data"),
    files,
    url,
    customers: customers.url,
    idp,
    log,
    forwarded,
    token,
    decider: async (person) => enrol(url, await token(person)),
    async restart(between) {
      await gateway.stop();
      await between?.();
      gateway = await start();
    },
    async reload(change) {
      change(config);
      await writeFile(file, stringify(config));
      await gateway.reload(await loadConfig(file));
    },
    async close() {
      await gateway.stop();
      await agent.close();
      await customers.close();
      await idp.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Places {
  readonly port: number;
  readonly url: string;
  readonly files: string;
  readonly customers: string;
  readonly idp: IdentityProvider;
  /** The provider's authority, a PEM file. */
  readonly ca: string;
  readonly options: { readonly rules?: JsonObject[]; readonly config?: JsonObject };
}

async function configuration({ port, url, files, customers, idp, ca, options }: Places): Promise<GatewayYaml> {
  return {
    version: 1,
    listen: { host: "127.0.0.1", port },
    publicUrl: url,
    data: "data",
    keys: "keys",
    issuers: [issuerOf("staff", idp.oidc), issuerOf("entra", idp.entra, ca), issuerOf("okta", idp.okta, ca)].map(
      ({ clients, ...issuer }) => ({
        ...issuer,
        clients: [...clients, idp.services.bySecret.clientId, idp.services.byKey.clientId],
      }),
    ),
    roles: { auditor: ["auditors"] },
    // Its people have a new device for each test.
    devices: { secondWaits: false },
    connections: [
      {
        name: "everything",
        stdio: { ...(await packageCommand("@modelcontextprotocol/server-everything")) },
        timeout: "20s",
      },
      {
        name: "files",
        stdio: { ...(await packageCommand("@modelcontextprotocol/server-filesystem", files)) },
        timeout: "20s",
      },
      { name: "customers", http: { url: customers }, fields: ["email", "phone", "ssn", "credit_card"], timeout: "20s" },
    ],
    rules: options.rules ?? [
      { name: "no-deleting", tools: ["delete_*"], effect: "deny", why: "Nothing is deleted through an agent." },
      {
        name: "changes",
        tools: ["write_*", "edit_*", "move_*", "update_*"],
        groups: ["engineers"],
        effect: "approve",
        approvers: ["approvers"],
        risk: "medium",
        expires: "5m",
        why: "A person looks at it first.",
      },
      {
        name: "reads",
        tools: ["read_*", "list_*", "get_*", "echo", "trigger-*"],
        groups: ["engineers"],
        effect: "allow",
        readOnly: true,
      },
      { name: "the-rest", resources: ["*"], prompts: ["*"], groups: ["engineers"], effect: "allow" },
    ],
    ...options.config,
  };
}

function issuerOf(
  name: string,
  { kind, issuer, jwksUri, audience, clientId, tenantId, signIn }: DemoIssuer,
  ca?: string,
) {
  return {
    name,
    kind,
    issuer,
    audience,
    clients: [clientId],
    signIn: { ...signIn },
    jwksUri,
    ...(tenantId === null ? {} : { tenants: [tenantId] }),
    ...(ca === undefined ? {} : { ca }),
  };
}

async function serveCustomers(forwarded: string[]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const records = await readCustomers();
  const mcp = endpoint(() => customerServer(records));
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => forwarded.push(chunk.toString("utf8")));
    mcp.listener(request, response);
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.closeAllConnections();
      server.close();
      await mcp.close();
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

async function tokenOf(idp: IdentityProvider, person: string, issuer: Kind): Promise<string> {
  const { ca } = idp;
  const signIn = await createSignIn(idp[issuer].signIn, { vault: memoryVault(), ca });
  try {
    const openBrowser = (url: string): void => void signInAs(url, person, { ca }).catch(() => undefined);
    return (await signIn.signIn({ openBrowser, signal: AbortSignal.timeout(patienceMs) })).accessToken;
  } finally {
    signIn.close();
  }
}

async function enrol(url: string, token: string): Promise<Decider> {
  const device = await enrolDevice(url, token);
  const pending = async (): Promise<readonly ApprovalView[]> => {
    const { body } = await call(url, token, "/v1/approvals?state=pending");
    return z.object({ approvals: z.array(approvalView) }).parse(body).approvals;
  };
  const sign: Decider["sign"] = async (approval, change = {}) =>
    device.sign(decisionType, { ...(await approving(url, approval)), ...change });
  return {
    token,
    pending,
    async nextPending() {
      return eventually(async () => {
        const [first] = await pending();
        if (first === undefined) throw new Error("no request came to wait");
        return first;
      });
    },
    sign,
    async decide(approval, change) {
      const { status, body } = await call(url, token, `/v1/approvals/${approval.id}/decision`, {
        decision: await sign(approval, change),
      });
      const failure = z.object({ error: z.object({ code: z.string() }) }).safeParse(body);
      return { status, code: failure.data?.error.code ?? null };
    },
  };
}

/** One request to the gateway's API. */
export async function call(
  url: string,
  token: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(
    `${url}${path}`,
    body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) },
  );
  return { status: response.status, body: await response.json() };
}
