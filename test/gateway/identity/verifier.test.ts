import { createHmac } from "node:crypto";
import { exportSPKI, importJWK, type CryptoKey } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Config } from "../../../src/gateway/config-schema.ts";
import type { TokenVerifier } from "../../../src/gateway/identity/principal.ts";
import { createTokenVerifier } from "../../../src/gateway/identity/verifier.ts";
import type { ErrorCode } from "../../../src/shared/errors.ts";
import { sign, signingKey, startLocalIssuer, type LocalIssuer, type SigningKey } from "./local-issuer.ts";

const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1000;
const audience = "api-of-the-gateway";
const tenant = "11111111-1111-1111-1111-111111111111";
const otherTenant = "22222222-2222-2222-2222-222222222222";

let idp: LocalIssuer;
let key: SigningKey;
let stranger: SigningKey;
let config: Pick<Config, "issuers" | "roles" | "identities">;
let verifier: TokenVerifier;

type Kind = "oidc" | "entra" | "okta";
const kinds: readonly Kind[] = ["oidc", "entra", "okta"];
const issuerOf = (kind: Kind): string =>
  ({ oidc: idp.origin, entra: `${idp.origin}/${tenant}/v2.0`, okta: `${idp.origin}/oauth2/default` })[kind];

beforeAll(async () => {
  idp = await startLocalIssuer();
  key = await signingKey("one");
  stranger = await signingKey("one");
  idp.state.keys = [key.publicJwk];
  config = {
    issuers: kinds.map((kind) => ({
      name: kind,
      kind,
      issuer: issuerOf(kind),
      audience,
      clients: ["desktop", "robot"],
      groupsClaim: "groups",
      ...(kind === "entra" ? { tenants: [tenant] } : {}),
    })),
    roles: { admin: ["admins"], auditor: ["auditors", "admins"] },
    identities: [["oidc:ada", `entra:${tenant}:ada`]],
  };
  verifier = createTokenVerifier(config, { now: () => nowMs });
});
afterAll(async () => {
  verifier.close();
  await idp.close();
});

type TokenClaims = Record<string, unknown>;

/** Claims of a good user's token. */
function user(kind: Kind, changes: TokenClaims = {}): TokenClaims {
  const common = {
    iss: issuerOf(kind),
    aud: audience,
    exp: nowS + 600,
    iat: nowS,
    groups: ["eng"],
    auth_time: nowS - 60,
  };
  const own: Record<Kind, TokenClaims> = {
    oidc: { sub: "ada", client_id: "desktop", name: "Ada" },
    entra: { sub: "pairwise", oid: "ada", tid: tenant, ver: "2.0", azp: "desktop", scp: "access", name: "Ada" },
    okta: { sub: "ada@corp.example", uid: "ada", cid: "desktop", scp: ["openid", "mcp"], name: "Ada" },
  };
  return without({ ...common, ...own[kind], ...changes });
}

function without(claims: TokenClaims): TokenClaims {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

/** The code of the refusal, or null where the token passes. */
async function codeOf(token: string | undefined, by = verifier): Promise<ErrorCode | null> {
  try {
    await by.verify(token);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ name: "CountersignError" });
    expect(String(error)).not.toContain(token === "" ? "\0" : (token ?? "\0"));
    return (error as { code: ErrorCode }).code;
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe.each(kinds)("a token of a user of %s", (kind) => {
  it("becomes a principal", async () => {
    const own = { oidc: "ada", entra: `${tenant}:ada`, okta: "ada" }[kind];
    expect(await verifier.verify(await sign(key, user(kind)))).toEqual({
      id: `${kind}:${own}`,
      kind: "user",
      name: "Ada",
      groups: ["eng"],
      issuer: kind,
      person: kind === "okta" ? "okta:ada" : "oidc:ada",
      roles: [],
      clientId: "desktop",
      expiresAtMs: nowMs + 600_000,
      authenticatedAtMs: nowMs - 60_000,
    });
  });

  it.each<[string, TokenClaims, ErrorCode | null]>([
    ["another issuer", { iss: "https://id.evil.example" }, "wrong_issuer"],
    ["no issuer", { iss: undefined }, "wrong_issuer"],
    ["an issuer with a slash too many", { iss: "SLASH" }, "wrong_issuer"],
    ["another audience", { aud: "another-api" }, "wrong_audience"],
    ["a client's audience (an ID token)", { aud: "desktop", nonce: "n" }, "wrong_audience"],
    ["this audience among others", { aud: ["x", audience] }, null],
    ["no audience", { aud: undefined }, "token_invalid"],
    ["an end long past", { exp: nowS - 31 }, "token_expired"],
    ["an end just past the tolerance", { exp: nowS - 30 }, "token_expired"],
    ["an end within the tolerance", { exp: nowS - 29 }, null],
    ["no end", { exp: undefined }, "token_invalid"],
    ["an end in words", { exp: "tomorrow" }, "token_invalid"],
    ["a start in the future", { nbf: nowS + 31 }, "token_not_yet_valid"],
    ["a start within the tolerance", { nbf: nowS + 30 }, null],
    ["another client", { client_id: "x", azp: "x", cid: "x" }, "wrong_client"],
    ["no client", { client_id: undefined, azp: undefined, cid: undefined }, "wrong_client"],
    [
      "a claim of Entra's that groups are elsewhere",
      { groups: undefined, _claim_names: { groups: "src1" } },
      "token_invalid",
    ],
    ["too many groups for a short token", { groups: undefined, hasgroups: true }, "token_invalid"],
    ["groups in one string", { groups: "eng" }, "token_invalid"],
    ["no groups", { groups: undefined }, null],
    ["a name that is no text", { name: { a: 1 } }, "token_invalid"],
    ["no subject", { sub: undefined }, "token_invalid"],
  ])("with %s", async (_what, changes, code) => {
    const slash = changes["iss"] === "SLASH" ? { iss: `${issuerOf(kind)}/` } : {};
    expect(await codeOf(await sign(key, user(kind, { ...changes, ...slash })))).toBe(code);
  });

  it.each<[string, () => Promise<string | undefined> | string | undefined, ErrorCode]>([
    ["that is missing", () => undefined, "token_missing"],
    ["that is empty", () => "", "token_missing"],
    ["that is no JWT", () => "opaque", "token_invalid"],
    ["of two parts", () => `${encode({ alg: "ES256" })}.${encode(user(kind))}`, "token_invalid"],
    ["whose header is no JSON", () => `bm9wZQ.${encode(user(kind))}.c2ln`, "token_invalid"],
    ["whose claims are no JSON", () => `${encode({ alg: "ES256" })}.bm9wZQ.c2ln`, "token_invalid"],
    ["too long to be one", () => `${encode({ alg: "ES256" })}.${"a".repeat(20_000)}.c2ln`, "token_invalid"],
    ["with alg none and no signature", () => `${encode({ alg: "none" })}.${encode(user(kind))}.`, "token_invalid"],
    [
      "with alg none and some signature",
      () => `${encode({ alg: "none" })}.${encode(user(kind))}.c2ln`,
      "token_invalid",
    ],
    ["with alg None", () => `${encode({ alg: "None" })}.${encode(user(kind))}.c2ln`, "token_invalid"],
    ["without alg", () => `${encode({})}.${encode(user(kind))}.c2ln`, "token_invalid"],
    ["signed by HMAC with the public key", () => confused(kind), "token_invalid"],
    ["signed by a stranger under a known kid", () => sign(stranger, user(kind)), "token_invalid"],
    ["under an unknown kid", () => sign({ ...key, kid: "two" }, user(kind)), "token_invalid"],
    ["with changed claims", () => tampered(kind), "token_invalid"],
    [
      "with a key of its own in the header",
      () => sign(stranger, user(kind), { kid: "x", jwk: stranger.publicJwk }),
      "token_invalid",
    ],
    ["of another type", () => sign(key, user(kind), { typ: "logout+jwt" }), "token_invalid"],
    ["with a type that is no text", () => sign(key, user(kind), { typ: 1 }), "token_invalid"],
    [
      "with b64",
      () => `${encode({ alg: "ES256", b64: false, crit: ["b64"] })}.${encode(user(kind))}.c2ln`,
      "token_invalid",
    ],
  ])("%s is refused", async (_what, make, code) => {
    expect(await codeOf(await make())).toBe(code);
  });

  it("whose algorithm is not that of the key is refused", async () => {
    const rsa = await signingKey("one", "RS256");
    expect(await codeOf(await sign(rsa, user(kind)))).toBe("token_invalid");
  });

  it("has the roles of its groups", async () => {
    const principal = await verifier.verify(await sign(key, user(kind, { groups: ["admins"] })));
    expect(principal.roles).toEqual(["admin", "auditor"]);
  });
});

async function confused(kind: Kind): Promise<string> {
  const pem = await exportSPKI((await importJWK(key.publicJwk)) as CryptoKey);
  const signed = `${encode({ alg: "HS256", kid: key.kid })}.${encode(user(kind))}`;
  return `${signed}.${createHmac("sha256", pem).update(signed).digest("base64url")}`;
}

async function tampered(kind: Kind): Promise<string> {
  const [header, , signature] = (await sign(key, user(kind))).split(".");
  return `${header}.${encode(user(kind, { groups: ["admins"] }))}.${signature}`;
}

describe("what only Entra's tokens say", () => {
  it.each<[string, TokenClaims, ErrorCode | null]>([
    ["another tenant", { tid: otherTenant }, "wrong_tenant"],
    ["no tenant", { tid: undefined }, "wrong_tenant"],
    ["version 1.0 under the issuer of 2.0", { ver: "1.0", appid: "desktop", azp: undefined }, "wrong_tenant"],
    ["no version", { ver: undefined }, "token_invalid"],
    ["version 3.0", { ver: "3.0" }, "token_invalid"],
    ["no object", { oid: undefined }, "token_invalid"],
    ["no scope and no application", { scp: undefined }, "token_invalid"],
    ["an empty scope", { scp: "" }, "token_invalid"],
    ["roles without idtyp", { scp: undefined, roles: ["Calls"] }, "token_invalid"],
    ["an application without roles", { scp: undefined, idtyp: "app" }, "token_invalid"],
    ["an application with a user's scope", { idtyp: "app", roles: ["Calls"] }, "token_invalid"],
    ["the client in appid alone", { azp: undefined, appid: "desktop" }, "wrong_client"],
  ])("%s", async (_what, changes, code) => {
    expect(await codeOf(await sign(key, user("entra", changes)))).toBe(code);
  });

  it("refuses a tenant that is let in but isn't the issuer's", async () => {
    const both = createTokenVerifier(
      { ...config, issuers: config.issuers.map((issuer) => ({ ...issuer, tenants: [tenant, otherTenant] })) },
      { now: () => nowMs },
    );
    expect(await codeOf(await sign(key, user("entra", { tid: otherTenant })), both)).toBe("wrong_tenant");
    both.close();
  });

  it("takes an application's token for a service", async () => {
    const claims = user("entra", {
      scp: undefined,
      idtyp: "app",
      roles: ["Calls"],
      azp: "robot",
      oid: "sp",
      groups: undefined,
    });
    expect(await verifier.verify(await sign(key, claims))).toMatchObject({
      id: `entra:${tenant}:sp`,
      kind: "service",
      name: "robot",
      groups: ["Calls"],
      clientId: "robot",
    });
  });

  it("takes version 1.0 from its own issuer, with the client in appid", async () => {
    const issuer = `${idp.origin}/${tenant}/`;
    const old = createTokenVerifier(
      { ...config, issuers: config.issuers.filter(({ kind }) => kind === "entra").map((one) => ({ ...one, issuer })) },
      { now: () => nowMs },
    );
    idp.state.metadata = { issuer };
    const claims = user("entra", { iss: issuer, ver: "1.0", appid: "desktop", azp: undefined });
    expect(await codeOf(await sign(key, claims), old)).toBe(null);
    idp.state.metadata = {};
    old.close();
  });

  it("reads app roles as groups where the configuration says so", async () => {
    const byRoles = createTokenVerifier(
      { ...config, issuers: config.issuers.map((issuer) => ({ ...issuer, groupsClaim: "roles" })) },
      { now: () => nowMs },
    );
    const claims = user("entra", { groups: undefined, hasgroups: true, roles: ["Engineer"] });
    expect(await byRoles.verify(await sign(key, claims))).toMatchObject({ kind: "user", groups: ["Engineer"] });
    byRoles.close();
  });

  it("says what to configure when the groups are too many for the token", async () => {
    const token = await sign(key, user("entra", { groups: undefined, _claim_names: { groups: "src1" } }));
    await expect(verifier.verify(token)).rejects.toThrow(/does not list the caller's groups.*groupsClaim: roles/);
  });
});

describe("what only Okta's tokens say", () => {
  it.each<[string, TokenClaims, ErrorCode | null]>([
    ["no scopes", { scp: undefined }, "token_invalid"],
    ["empty scopes", { scp: [] }, "token_invalid"],
    ["scopes in one string", { scp: "openid mcp" }, "token_invalid"],
    ["neither a user nor its own client", { uid: undefined }, "token_invalid"],
  ])("%s", async (_what, changes, code) => {
    expect(await codeOf(await sign(key, user("okta", changes)))).toBe(code);
  });

  it("takes a token without a user whose subject is its client for a service", async () => {
    const claims = user("okta", { uid: undefined, sub: "robot", cid: "robot", name: undefined });
    expect(await verifier.verify(await sign(key, claims))).toMatchObject({ id: "okta:robot", kind: "service" });
  });
});

describe("what only plain OIDC tokens say", () => {
  it.each<[string, TokenClaims, Record<string, string>, ErrorCode | null]>([
    ["two clients", { azp: "robot" }, {}, "wrong_client"],
    ["the client in azp alone", { client_id: undefined, azp: "desktop" }, {}, null],
    ["a nonce, as ID tokens have", { nonce: "n" }, {}, "token_invalid"],
    ["an access-token hash, as ID tokens have", { at_hash: "h" }, { typ: "JWT" }, "token_invalid"],
    ["a nonce in a token typed as an access token", { nonce: "n" }, { typ: "at+jwt" }, null],
    ["Keycloak's type of refresh tokens", { typ: "Refresh" }, {}, "token_invalid"],
    ["Keycloak's type of access tokens", { typ: "Bearer" }, { typ: "JWT" }, null],
    ["the full media type", {}, { typ: "application/at+jwt" }, null],
  ])("%s", async (_what, changes, header, code) => {
    expect(await codeOf(await sign(key, user("oidc", changes), header))).toBe(code);
  });

  it("takes a token whose subject is its client for a service", async () => {
    const claims = user("oidc", { sub: "robot", client_id: "robot", name: undefined });
    expect(await verifier.verify(await sign(key, claims))).toMatchObject({
      id: "oidc:robot",
      kind: "service",
      name: "robot",
    });
  });

  it("says null where the token doesn't say when the person signed in", async () => {
    const principal = await verifier.verify(await sign(key, user("oidc", { auth_time: undefined })));
    expect(principal.authenticatedAtMs).toBe(null);
  });
});

it.each(["RS256", "PS256", "ES256", "EdDSA"])("verifies %s", async (alg) => {
  const issuer = await startLocalIssuer();
  const own = await signingKey("k", alg);
  issuer.state.keys = [own.publicJwk];
  const [oidc] = config.issuers;
  if (oidc === undefined) throw new Error("no issuer");
  const by = createTokenVerifier({ ...config, issuers: [{ ...oidc, issuer: issuer.origin }] }, { now: () => nowMs });
  expect(await codeOf(await sign(own, user("oidc", { iss: issuer.origin })), by)).toBe(null);
  by.close();
  await issuer.close();
});
