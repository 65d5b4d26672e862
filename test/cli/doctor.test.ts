import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { checkConfig } from "../../src/cli/doctor/config.ts";
import { clockFinding, type Finding } from "../../src/cli/doctor/finding.ts";
import { checkProfile } from "../../src/cli/doctor/profile.ts";
import { checkProvider } from "../../src/cli/doctor/provider.ts";
import { discover, writeProfile } from "../../src/client/profile.ts";
import { startIdentityProvider, type DemoIssuer, type IdentityProvider } from "../../src/demo/idp/index.ts";
import type { Provider } from "../../src/shared/provider.ts";
import { startGraph, type GraphStandIn } from "../gateway/identity/graph-stand-in.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";
import { shell } from "./shell.ts";

let idp: IdentityProvider;
let gateway: GatewayStandIn;
let graph: GraphStandIn;
let folder: string;
beforeAll(async () => {
  [idp, gateway, graph] = [
    await startIdentityProvider({ isPlainOverTls: true }),
    await startGateway(),
    await startGraph(),
  ];
  folder = await mkdtemp(join(tmpdir(), "countersign-doctor-"));
});
afterAll(async () => {
  await Promise.all([idp.close(), gateway.close(), graph.close()]);
  await rm(folder, { recursive: true });
});

const kinds = ["entra", "okta", "oidc"] as const;

function look(issuer: DemoIssuer, change: Partial<Provider> = {}, now = Date.now): Promise<Finding[]> {
  const provider = { ...issuer.signIn, ...change } as Provider;
  return checkProvider("provider", { provider, audience: issuer.audience, ca: idp.ca }, now);
}

const notOk = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== "ok").map(({ id }) => id);

describe("a provider", () => {
  it.each(kinds)("that is set up as it should be has nothing to be told (%s)", async (kind) => {
    const findings = await look(idp[kind]);
    expect(notOk(findings)).toEqual([]);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "provider.scope",
        "provider.metadata",
        "provider.clock",
        "provider.issuer",
        "provider.keys",
      ]),
    );
  });

  it.each<[string, (typeof kinds)[number], () => Partial<Provider>, string, RegExp]>([
    ["no offline_access", "oidc", () => ({ scope: "openid mcp" }), "provider.scope", /offline_access/],
    [
      "another issuer",
      "oidc",
      () => ({ issuer: `${idp.oidc.issuer}/nowhere` }),
      "provider.metadata",
      /letter by letter/,
    ],
    ["a slash too many", "okta", () => ({ issuer: `${idp.okta.issuer}/` }), "provider.issuer", /Write "https/],
    [
      "a scope that isn't there",
      "oidc",
      () => ({ scope: "openid offline_access nothing", resource: undefined }),
      "provider.scopes",
      /exist/,
    ],
    [
      "a tenant of everybody",
      "entra",
      () => ({ authority: idp.entra.signIn.kind === "entra" ? `${new URL(idp.entra.issuer).origin}/common` : "" }),
      "provider.tenant",
      /TENANT-ID/,
    ],
    ["no API", "entra", () => ({ scope: "openid offline_access User.Read" }), "provider.api", /Expose an API/],
    ["another API", "entra", () => ({ scope: "openid offline_access api://x/access" }), "provider.api", /set audience/],
    [
      "the organisation's own server",
      "okta",
      () => ({ issuer: new URL(idp.okta.issuer).origin }),
      "provider.server",
      /custom/,
    ],
    ["no scope of its own", "okta", () => ({ scope: "openid offline_access" }), "provider.own-scope", /Add a scope/],
  ])("with %s is told so, with what to do", async (_what, kind, change, id, cure) => {
    const findings = await look(idp[kind], change());
    expect(findings.find((finding) => finding.id === id)).toMatchObject({
      state: expect.stringMatching(/warn|fail/),
      cure: expect.stringMatching(cure),
    });
  });

  it("that can't be trusted or reached is told so", async () => {
    const way = { provider: idp.okta.signIn, audience: idp.okta.audience };
    expect(await checkProvider("provider", way, Date.now)).toContainEqual(
      expect.objectContaining({ id: "provider.metadata", state: "fail", what: expect.stringContaining("not trusted") }),
    );
    idp.okta.switches.failure = "dropped";
    expect(notOk(await look(idp.okta))).toEqual(["provider.metadata"]);
    idp.okta.switches.failure = "none";
  });

  it("whose clock differs is told so", async () => {
    const ahead = await look(idp.oidc, {}, () => Date.now() + 120_000);
    expect(ahead.find(({ id }) => id === "provider.clock")).toMatchObject({
      state: "warn",
      cure: expect.stringMatching(/NTP/),
    });
    expect([0, 30_001, 300_001].map((off) => clockFinding("clock", "its", -off, 30_000).state)).toEqual([
      "ok",
      "warn",
      "fail",
    ]);
  });
});

describe("a profile", () => {
  it("that has no gateway is told how to get one", async () => {
    expect(await checkProfile(join(folder, "none"), undefined, Date.now)).toMatchObject([
      { id: "profile", state: "fail" },
    ]);
  });

  it("is looked at from gateway to session, and its ports at the provider", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
    const directory = join(folder, "profile");
    const redirectPorts = [(taken.address() as AddressInfo).port];
    await writeProfile(directory, {
      ...gateway.profile,
      audience: idp.okta.audience,
      provider: { ...idp.okta.signIn, redirectPorts } as Provider,
    });
    const findings = await checkProfile(directory, idp.ca, Date.now);
    expect(Object.fromEntries(findings.map(({ id, state }) => [id, state]))).toMatchObject({
      profile: "ok",
      gateway: "ok",
      "gateway.clock": "ok",
      // The stand-in offers another way than this test pinned.
      "gateway.pin": "fail",
      "provider.keys": "ok",
      "provider.ports": "fail",
      owner: "warn",
    });
    taken.close();
    const offered = join(folder, "offered");
    await writeProfile(offered, (await discover(gateway.profile.gateway)).profiles[0] ?? gateway.profile);
    expect(await checkProfile(offered, idp.ca, Date.now)).toContainEqual(
      expect.objectContaining({ id: "gateway.pin", state: "ok" }),
    );
    await writeFile(join(folder, "ca.pem"), idp.ca);
    const said = await shell("doctor", "--profile", directory, "--ca", join(folder, "ca.pem"), "--json");
    expect(said.status).toBe(1);
    expect(JSON.parse(said.stdout)).toContainEqual({
      id: "profile",
      state: "ok",
      what: expect.any(String),
      cure: null,
    });
  });
});

describe("a gateway.yaml", () => {
  it("whose connections take the provider's own tokens has them listed", async () => {
    const path = await yaml();
    await writeFile(path, (await readFile(path, "utf8")).replace("accepts: sessions", "accepts: provider-tokens"));
    const findings = await checkConfig(path, Date.now);
    expect(findings.find(({ id }) => id === "accepts")).toMatchObject({
      state: "warn",
      what: expect.stringContaining("opens files"),
    });
  });

  it.each([
    ["nobody could confirm a second device", { roles: {} }, "can be let decide by nobody"],
    ["a second device decides at once", { devices: { secondWaits: false } }, "decides at once"],
    [
      "nobody answers for a workload",
      {
        issuers: [
          { name: "k8s", kind: "oidc", issuer: "http://127.0.0.1:1", audience: "g", clients: ["x"], workloads: ["ci"] },
        ],
      },
      "Nobody answers for k8s:ci",
    ],
  ])("where %s is told so", async (_what, change, said) => {
    const path = await yaml();
    const before = parse(await readFile(path, "utf8")) as object;
    await writeFile(path, stringify({ ...before, ...change }));
    const findings = await checkConfig(path, Date.now);
    expect(findings.filter(({ what }) => what.includes(said))).toMatchObject([{ state: "warn" }]);
  });

  it("with an issuer that works has its groups in doubt alone, until Graph may be asked", async () => {
    expect(notOk(await checkConfig(await yaml(), Date.now))).toEqual(["issuers.corp.groups"]);
    expect(notOk(await checkConfig(await yaml({ groupsClaim: "roles" }), Date.now))).toEqual([]);
  });

  it.each<[string, number, number, string]>([
    ["lets the gateway ask", 404, 200, "ok"],
    ["gives its application no permission", 403, 200, "fail"],
    ["gives its application no token", 404, 401, "fail"],
  ])("whose Graph %s", async (_what, status, tokenStatus, state) => {
    const tenant = idp.entra.tenantId ?? "";
    graph.state.groups.set("00000000-0000-0000-0000-000000000000", []);
    Object.assign(graph.state, { status, tokenStatus });
    const asked = { clientId: "gateway", clientSecret: "file:graph-secret", url: `${graph.origin}/v1.0` };
    // The application's token comes from the stand-in of Graph, too.
    const path = await yaml({
      issuer: `${graph.origin}/${tenant}/v2.0`,
      jwksUri: idp.oidc.jwksUri,
      signIn: undefined,
      graph: asked,
    });
    const findings = await checkConfig(path, Date.now);
    expect(findings.find(({ id }) => id === "issuers.corp.graph")?.state).toBe(state);
  });

  it.each<[string, () => object, string]>([
    ["a client that is not let in", () => ({ clients: ["another"] }), "issuers.corp.client"],
    [
      "an issuer that nobody answers for",
      () => ({ issuer: "https://127.0.0.1:1/t/v2.0" }),
      "issuers.corp.gateway-keys",
    ],
  ])("with %s is told so", async (_what, change, id) => {
    expect(notOk(await checkConfig(await yaml(change()), Date.now))).toContain(id);
  });
});

/** Writes a gateway.yaml with one issuer, changed so; answers its path. */
async function yaml(change: object = {}): Promise<string> {
  const { entra } = idp;
  const issuer = {
    name: "corp",
    kind: "entra",
    issuer: entra.issuer,
    audience: entra.audience,
    clients: [entra.clientId],
    tenants: [entra.tenantId],
    ca: "ca.pem",
    signIn: entra.signIn,
    ...change,
  };
  const path = join(folder, "gateway.yaml");
  await writeFile(join(folder, "ca.pem"), idp.ca);
  await writeFile(join(folder, "graph-secret"), "made up for this test");
  const rest = {
    version: 1,
    listen: { port: 0 },
    publicUrl: "http://127.0.0.1:1",
    data: "data",
    keys: "keys",
    roles: { admin: ["admins"] },
    rules: [],
  };
  const connections = [{ name: "files", http: { url: "http://127.0.0.1:1/mcp" } }];
  await writeFile(path, stringify({ accepts: "sessions", ...rest, connections, issuers: [issuer] }));
  return path;
}
