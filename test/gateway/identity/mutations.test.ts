import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TokenVerifier } from "../../../src/gateway/identity/principal.ts";
import { createTokenVerifier } from "../../../src/gateway/identity/verifier.ts";
import { sign, signingKey, startLocalIssuer, type LocalIssuer, type SigningKey } from "./local-issuer.ts";

/** One field of a valid token is changed at a time: once by somebody else, then by its own issuer, who signs it so. */
const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1000;
const tenant = "11111111-1111-1111-1111-111111111111";
const kinds = ["oidc", "entra", "okta"] as const;
type Kind = (typeof kinds)[number];
type Claims = Record<string, unknown>;

let idp: LocalIssuer;
let key: SigningKey;
let next: SigningKey;
let verifier: TokenVerifier;
beforeAll(async () => {
  idp = await startLocalIssuer();
  [key, next] = [await signingKey("one", "RS256"), await signingKey("two", "RS256")];
  idp.state.keys = [key.publicJwk, next.publicJwk];
  const issuers = kinds.map((kind) => ({
    name: kind,
    kind,
    issuer: issuerOf(kind),
    audience: "api",
    clients: ["desktop"],
    groupsClaim: "groups",
    ...(kind === "entra" ? { tenants: [tenant] } : {}),
  }));
  verifier = createTokenVerifier({ issuers, roles: { admin: [], auditor: [] }, identities: [] }, { now: () => nowMs });
});
afterAll(async () => {
  verifier.close();
  await idp.close();
});

function issuerOf(kind: Kind): string {
  return { oidc: idp.origin, entra: `${idp.origin}/${tenant}/v2.0`, okta: `${idp.origin}/oauth2/default` }[kind];
}

function valid(kind: Kind): Claims {
  const all = {
    iss: issuerOf(kind),
    aud: "api",
    exp: nowS + 600,
    iat: nowS,
    jti: "t-1",
    auth_time: nowS - 60,
    groups: ["eng"],
  };
  const person = { name: "Ada" };
  switch (kind) {
    case "oidc":
      return { ...all, ...person, sub: "ada", client_id: "desktop", scope: "mcp" };
    case "entra":
      return {
        ...all,
        ...person,
        sub: "p",
        oid: "ada",
        tid: tenant,
        ver: "2.0",
        azp: "desktop",
        scp: "access",
        nbf: nowS,
      };
    case "okta":
      return { ...all, ...person, sub: "ada@corp.example", uid: "ada", cid: "desktop", scp: ["mcp"], ver: 1 };
    default:
      return kind satisfies never;
  }
}

const header = (kind: Kind): Claims => ({ alg: "RS256", kid: "one", typ: kind === "oidc" ? "at+jwt" : "JWT" });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** What the gateway says: `code: message`, or `passes`. */
async function saying(token: string): Promise<string> {
  try {
    await verifier.verify(token);
    return "passes";
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code}: ${message}`;
  }
}

/** One change that its own issuer signs: the claim is gone (undefined) or other, and what the gateway says to that. */
type Row = readonly [claim: string, value: unknown, said: RegExp];
const lacks = /^token_invalid: The token lacks a claim/;
const byEveryIssuer: readonly Row[] = [
  ["iss", undefined, /^wrong_issuer: .* not one of this gateway's issuers/],
  ["iss", "https://id.evil.example", /^wrong_issuer:/],
  ["iss", 1, /^wrong_issuer:/],
  ["aud", undefined, lacks],
  ["aud", "desktop", /^wrong_audience: .* for another audience/],
  ["aud", [], /^wrong_audience:/],
  ["aud", { api: true }, lacks],
  ["exp", undefined, lacks],
  ["exp", nowS - 30, /^token_expired: .* expired; get a new one/],
  ["exp", String(nowS + 600), lacks],
  ["nbf", nowS + 31, /^token_not_yet_valid: .* compare this machine's clock/],
  ["nbf", "now", lacks],
  ["auth_time", nowS + 31, /^token_not_yet_valid: .*auth_time/],
  ["auth_time", -1, lacks],
  ["auth_time", "now", lacks],
  ["auth_time", undefined, /^passes$/],
  ["sub", undefined, lacks],
  ["sub", "", lacks],
  ["sub", ["ada"], lacks],
  ["name", { first: "Ada" }, lacks],
  ["name", undefined, /^passes$/],
  ["groups", "eng", /^token_invalid: The token's claim "groups" is not a list/],
  ["groups", ["eng", 1], /^token_invalid: The token's claim "groups" is not a list/],
  ["groups", undefined, /^passes$/],
  // Nothing here is decided by these two.
  ["iat", undefined, /^passes$/],
  ["jti", undefined, /^passes$/],
];
const byOne: Readonly<Record<Kind, readonly Row[]>> = {
  oidc: [
    ["client_id", undefined, /^wrong_client:/],
    ["client_id", "another", /^wrong_client: .* obtained by a client that may not/],
    ["client_id", ["desktop"], lacks],
    ["azp", "another", /^wrong_client: The token names two clients/],
    // The header says what kind of token this is.
    ["typ", "Refresh", /^passes$/],
    ["scope", undefined, /^passes$/],
  ],
  entra: [
    ["tid", undefined, /^wrong_tenant: .* tenant is not let in/],
    ["tid", "22222222-2222-2222-2222-222222222222", /^wrong_tenant: .* tenant is not let in/],
    ["tid", 1, lacks],
    ["oid", undefined, /^token_invalid: .* does not name its object/],
    ["oid", 1, lacks],
    ["ver", undefined, /^token_invalid: .* no known Entra version/],
    ["ver", "1.0", /^wrong_tenant: .* issuer and tenant disagree/],
    ["ver", "3.0", /^token_invalid: .* no known Entra version/],
    ["azp", undefined, /^wrong_client:/],
    ["azp", "another", /^wrong_client:/],
    ["azp", ["desktop"], lacks],
    ["scp", undefined, /^token_invalid: .* neither a user's \(scp\) nor an application's/],
    ["scp", "", /^token_invalid: .* no scope/],
    ["scp", 1, lacks],
    ["idtyp", "app", /^token_invalid: .* neither a user's \(scp\) nor an application's/],
    ["hasgroups", true, /^token_invalid: .* does not list the caller's groups/],
    ["_claim_names", { groups: "src1" }, /^token_invalid: .* does not list the caller's groups/],
  ],
  okta: [
    ["cid", undefined, /^wrong_client:/],
    ["cid", "another", /^wrong_client:/],
    ["cid", 1, lacks],
    ["uid", undefined, /^token_invalid: .* neither a user \(uid\) nor its own client/],
    ["uid", "", /^token_invalid: .* neither a user \(uid\) nor its own client/],
    ["uid", 1, lacks],
    ["scp", undefined, /^token_invalid: .* no scopes/],
    ["scp", [], /^token_invalid: .* no scopes/],
    ["scp", "mcp", /^token_invalid: .* no scopes/],
    ["ver", undefined, /^passes$/],
  ],
};

describe.each(kinds)("a valid token of %s", (kind) => {
  const signed = (claims: Claims, by = key, head: Claims = {}): Promise<string> =>
    sign(by, claims, { ...header(kind), ...head });

  it("passes", async () => expect(await saying(await signed(valid(kind)))).toBe("passes"));

  it.each([...byEveryIssuer, ...byOne[kind]])("whose own issuer says %s: %j", async (claim, value, said) => {
    const { [claim]: _was, ...rest } = valid(kind);
    expect(await saying(await signed(value === undefined ? rest : { ...rest, [claim]: value }))).toMatch(said);
  });

  it("has no claim that this table leaves out", () => {
    const told = new Set([...byEveryIssuer, ...byOne[kind]].map(([claim]) => claim));
    expect(Object.keys(valid(kind)).filter((claim) => !told.has(claim))).toEqual([]);
  });

  it("is refused with any claim changed, added or taken away by somebody else", async () => {
    const [head = "", , signature = ""] = (await signed(valid(kind))).split(".");
    for (const claim of [...Object.keys(valid(kind)), "roles", "acr", "nbf"]) {
      const { [claim]: was, ...rest } = valid(kind);
      for (const claims of [rest, { ...rest, [claim]: typeof was === "number" ? was + 1 : [was, "x"] }]) {
        if (JSON.stringify(claims) === JSON.stringify(valid(kind))) continue;
        const said = await saying(`${head}.${encode(claims)}.${signature}`);
        expect(said, claim).toMatch(claim === "iss" ? /^wrong_issuer:/ : /^token_invalid: .*signature does not hold/);
      }
    }
  });

  it.each<readonly [string, Claims, RegExp]>([
    ["alg none", { alg: "none" }, /must be signed with/],
    ["alg HS256", { alg: "HS256" }, /must be signed with/],
    [
      "another alg of the key's family",
      { alg: "PS256" },
      /names no single key|doesn't publish|signature does not hold/,
    ],
    ["an alg of another family", { alg: "ES256" }, /doesn't publish|names no single key/],
    ["no alg", { alg: undefined }, /must be signed with/],
    ["the kid of the issuer's other key", { kid: "two" }, /signature does not hold/],
    ["a kid of nobody", { kid: "three" }, /doesn't publish/],
    ["a kid that is a path", { kid: "../../etc/passwd" }, /doesn't publish/],
    ["the type of an ID token's relatives", { typ: "logout+jwt" }, /not an access token by its type/],
    ["a critical extension", { crit: ["b64"], b64: false }, /unknown extension/],
    ["a key set of its own", { jku: "https://evil.example/keys" }, /signature does not hold/],
    ["a key of its own", { jwk: { kty: "oct", k: "c2VjcmV0" } }, /signature does not hold/],
  ])("is refused with %s in its header", async (_what, change, said) => {
    const [, payload = "", signature = ""] = (await signed(valid(kind))).split(".");
    const head = Object.fromEntries(
      Object.entries({ ...header(kind), ...change }).filter(([, value]) => value !== undefined),
    );
    const answer = await saying(`${encode(head)}.${payload}.${signature}`);
    expect(answer).toMatch(/^token_invalid: /);
    expect(answer).toMatch(said);
  });

  it("is refused with any bit of its signature changed, with none of it, and with that of another", async () => {
    const [head = "", payload = "", signature = ""] = (await signed(valid(kind))).split(".");
    const bytes = Buffer.from(signature, "base64url");
    for (const at of [0, 1, bytes.length >> 1, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await saying(`${head}.${payload}.${changed.toString("base64url")}`)).toMatch(/signature does not hold/);
    }
    const [, , other = ""] = (await signed({ ...valid(kind), jti: "t-2" })).split(".");
    expect(await saying(`${head}.${payload}.${other}`)).toMatch(/^token_invalid: .*signature does not hold/);
    expect(await saying(`${head}.${payload}.`)).toMatch(/^token_invalid: .*not a signed JWT/);
    expect(await saying(`${head}.${payload}`)).toMatch(/^token_invalid: .*not a signed JWT/);
  });

  it("is refused under a key that its issuer does not publish, and passes under each that it does", async () => {
    const stranger = await signingKey("one", "RS256");
    expect(await saying(await signed(valid(kind), stranger))).toMatch(/^token_invalid: .*signature does not hold/);
    expect(await saying(await signed(valid(kind), next, { kid: "two" }))).toBe("passes");
  });
});
