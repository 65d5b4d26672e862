import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IssuerConfig } from "../../../src/gateway/config-schema.ts";
import type { TokenVerifier } from "../../../src/gateway/identity/principal.ts";
import { createTokenVerifier } from "../../../src/gateway/identity/verifier.ts";
import { startGraph, type GraphStandIn } from "./graph-stand-in.ts";
import { sign, signingKey, startLocalIssuer, type LocalIssuer, type SigningKey } from "./local-issuer.ts";

const tenant = "11111111-1111-1111-1111-111111111111";
let nowMs: number;
let idp: LocalIssuer;
let graph: GraphStandIn;
let key: SigningKey;
const verifiers: TokenVerifier[] = [];
beforeEach(async () => {
  nowMs = 1_800_000_000_000;
  [idp, graph, key] = [await startLocalIssuer(), await startGraph(), await signingKey("one")];
  idp.state.keys = [key.publicJwk];
  graph.state.groups.set("ada", ["g-1", "g-2"]);
});
afterEach(async () => {
  for (const one of verifiers.splice(0)) one.close();
  await Promise.all([idp.close(), graph.close()]);
});

/** The metadata and keys come from one stand-in, tokens for Graph and the groups from the other. */
function verifierOf(change: Partial<IssuerConfig> = {}): TokenVerifier {
  const issuer: IssuerConfig = {
    name: "corp",
    kind: "entra",
    issuer: `${graph.origin}/${tenant}/v2.0`,
    jwksUri: `${idp.origin}/keys`,
    audience: "api",
    clients: ["desktop"],
    tenants: [tenant],
    groupsClaim: "groups",
    graph: { clientId: "gateway", clientSecret: "env:GRAPH_SECRET", url: `${graph.origin}/v1.0` },
    ...change,
  };
  const one = createTokenVerifier(
    { issuers: [issuer], roles: { admin: ["g-2"], auditor: [] }, identities: [] },
    { now: () => nowMs, secret: async (name) => `value of ${name}` },
  );
  verifiers.push(one);
  return one;
}

let count = 0;
function token(claims: Record<string, unknown> = {}, iss = `${graph.origin}/${tenant}/v2.0`): Promise<string> {
  const user = { sub: "p", oid: "ada", tid: tenant, ver: "2.0", azp: "desktop", scp: "access" };
  count += 1;
  const all = { iss, aud: "api", exp: nowMs / 1000 + 100_000, jti: String(count), ...user, ...claims };
  return sign(key, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}

const overage = { _claim_names: { groups: "src1" } };
const members = "/getMemberGroups";
const asked = (): number => graph.requests.filter((line) => line.endsWith(members)).length;

describe("groups that a token doesn't list", () => {
  it("come from Graph, by the gateway's own application, and give roles as others do", async () => {
    const principal = await verifierOf().verify(await token(overage));
    expect(principal).toMatchObject({ groups: ["g-1", "g-2"], roles: ["admin"] });
    expect(graph.requests).toEqual([`POST /${tenant}/oauth2/v2.0/token`, `POST /v1.0/users/ada${members}`]);
    expect(Object.fromEntries(graph.forms[0] ?? [])).toEqual({
      grant_type: "client_credentials",
      client_id: "gateway",
      client_secret: "value of env:GRAPH_SECRET",
      scope: `${graph.origin}/.default`,
    });
  });

  it("are asked for once in five minutes for each person, however many tokens and calls there are", async () => {
    const verifier = verifierOf();
    const some = await Promise.all([token(overage), token({ hasgroups: true }), token(overage)]);
    await Promise.all(some.map((one) => verifier.verify(one)));
    await verifier.verify(await token(overage));
    expect(asked()).toBe(1);
    graph.state.groups.set("ada", ["g-1"]);
    nowMs += 300_000;
    expect(await verifier.verify(await token(overage))).toMatchObject({ groups: ["g-1"], roles: [] });
    expect(asked()).toBe(2);
  });

  it.each<[string, (state: GraphStandIn["state"]) => void]>([
    ["Graph is down", (state) => (state.status = 503)],
    ["Graph refuses the application", (state) => (state.status = 403)],
    ["there are more than Graph tells", (state) => (state.status = 400)],
    ["the gateway's application gets no token", (state) => (state.tokenStatus = 401)],
    ["Graph doesn't know the person", (state) => state.groups.delete("ada")],
  ])("are unknown, not none, where %s", async (_what, fail) => {
    const verifier = verifierOf();
    fail(graph.state);
    await expect(verifier.verify(await token(overage))).rejects.toMatchObject({
      code: "issuer_unreachable",
      message: expect.not.stringContaining("value of"),
    });
    graph.state.status = graph.state.tokenStatus = 200;
    graph.state.groups.set("ada", ["g-1"]);
    nowMs += 1000;
    expect(await verifier.verify(await token(overage))).toMatchObject({ groups: ["g-1"] });
  });

  it("are asked for again at once where Graph takes the gateway's own token back before its time, with the claims that it demands", async () => {
    const verifier = verifierOf();
    await verifier.verify(await token(overage));
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1732000000"}}}';
    const encoded = Buffer.from(claims).toString("base64");
    graph.state.token = "another";
    graph.state.challenge = `Bearer realm="", error="insufficient_claims", claims="${encoded}"`;
    nowMs += 300_000;
    expect(await verifier.verify(await token(overage))).toMatchObject({ groups: ["g-1", "g-2"] });
    expect(graph.forms.map((form) => form.get("claims"))).toEqual([null, claims]);
  });

  it("are unknown where Graph takes back each token that it is shown, and it is asked twice, not for ever", async () => {
    const verifier = verifierOf();
    await verifier.verify(await token(overage));
    const before = asked();
    Object.defineProperty(graph.state, "token", { get: () => `never the same ${Math.random()}`, configurable: true });
    nowMs += 300_000;
    await expect(verifier.verify(await token(overage))).rejects.toMatchObject({ code: "issuer_unreachable" });
    expect(asked() - before).toBe(2);
  });

  it("that can't be asked for are refused with what to configure", async () => {
    const verifier = verifierOf({ graph: undefined });
    await expect(verifier.verify(await token(overage))).rejects.toMatchObject({
      code: "token_invalid",
      message: expect.stringMatching(/too many.*groupsClaim: roles.*graph:/),
    });
  });

  it("aren't asked for where the token lists them, or has none", async () => {
    const verifier = verifierOf();
    expect(await verifier.verify(await token({ groups: ["g-9"] }))).toMatchObject({ groups: ["g-9"] });
    expect(await verifier.verify(await token())).toMatchObject({ groups: [] });
    expect(graph.requests).toEqual([]);
  });
});

describe("where groups stand", () => {
  it("an application's app roles count as its groups, beside those that Graph knows", async () => {
    graph.state.groups.set("robot", ["g-7"]);
    const app = { oid: "robot", scp: undefined, idtyp: "app", roles: ["Calls"] };
    const verifier = verifierOf();
    expect(await verifier.verify(await token(app))).toMatchObject({ kind: "service", groups: ["Calls"] });
    expect(await verifier.verify(await token({ ...app, ...overage }))).toMatchObject({ groups: ["g-7", "Calls"] });
    expect(graph.requests.at(-1)).toBe(`POST /v1.0/servicePrincipals/robot${members}`);
  });

  it.each<[string, Record<string, unknown>, readonly string[] | null]>([
    ["realm_access.roles", { realm_access: { roles: ["eng"] } }, ["eng"]],
    ["https://corp.example/groups", { "https://corp.example/groups": ["eng"] }, ["eng"]],
    ["realm_access.roles", { "realm_access.roles": ["whole"], realm_access: { roles: ["eng"] } }, ["whole"]],
    ["realm_access.roles", { realm_access: "none" }, []],
    ["realm_access.roles", { realm_access: { roles: "eng" } }, null],
    ["constructor.name", {}, []],
  ])("the claim %s of %j", async (groupsClaim, claims, groups) => {
    const verifier = verifierOf({ kind: "oidc", tenants: undefined, graph: undefined, groupsClaim });
    const one = await token({ client_id: "desktop", azp: undefined, ...claims });
    if (groups === null) await expect(verifier.verify(one)).rejects.toMatchObject({ code: "token_invalid" });
    else expect(await verifier.verify(one)).toMatchObject({ groups });
  });
});

describe("a workload's own token", () => {
  const workload = { azp: undefined, oid: undefined, tid: undefined, ver: undefined, scp: undefined };

  it("is a service where its subject is let in, and nobody's otherwise", async () => {
    const sub = "system:serviceaccount:ci:deployer";
    const verifier = verifierOf({ kind: "oidc", tenants: undefined, graph: undefined, workloads: [sub] });
    expect(await verifier.verify(await token({ ...workload, sub }))).toMatchObject({
      id: `corp:${sub}`,
      kind: "service",
      clientId: sub,
    });
    for (const refused of [{ sub: `${sub}2` }, { sub, client_id: "another" }, { sub, azp: "another" }])
      await expect(verifier.verify(await token({ ...workload, ...refused }))).rejects.toMatchObject({
        code: "wrong_client",
      });
  });
});
