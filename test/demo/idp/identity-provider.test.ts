import { X509Certificate } from "node:crypto";
import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import { Agent, request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";
import { type DemoIssuer, type IdentityProvider, startIdentityProvider } from "../../../src/demo/idp/index.ts";
import { signInAs } from "../../../src/demo/idp/robot.ts";
import { initialSwitches } from "../../../src/demo/idp/switches.ts";

const verifier = "countersign-test-verifier-of-at-least-43-characters";
const challenge = "ToW50DFD5ZUtWXX7PPwVpwsiVCnhTdDLqA5E96SQzqM";

let idp: IdentityProvider;
let agent: Agent;
beforeAll(async () => {
  const people = [{ id: "cleo", name: "Cleo <b>Contractor</b>", email: "cleo@example.test", groups: ["contractors"] }];
  idp = await startIdentityProvider({ people });
  agent = new Agent({ connect: { ca: idp.ca } });
});
afterEach(() => {
  for (const issuer of [idp.oidc, idp.entra, idp.okta]) Object.assign(issuer.switches, initialSwitches());
});
afterAll(async () => {
  await agent.destroy();
  await idp.close();
});

describe.each(["oidc", "entra", "okta"] as const)("the %s issuer", (kind) => {
  const issuer = (): DemoIssuer => idp[kind];

  it("publishes its metadata where clients of its kind look for it", async () => {
    const { status, body } = await ask("GET", `${issuer().issuer}/.well-known/openid-configuration`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ issuer: issuer().issuer, jwks_uri: issuer().jwksUri });
  });

  it("issues access tokens that verify by its keys, with name, groups and auth_time", async () => {
    const tokens = await redeem(issuer(), await codeFor(issuer(), "approver"));
    const payload = await verified(issuer(), String(tokens.body["access_token"]));
    expect(payload).toMatchObject({ name: "Avery Approver", groups: ["approvers", "auditors"] });
    expect(Number(payload["auth_time"])).toBeGreaterThan(Date.now() / 1000 - 60);
    expect(payload).toMatchObject(
      {
        oidc: { sub: "approver", client_id: issuer().clientId, scope: "mcp" },
        entra: { tid: issuer().tenantId, azp: issuer().clientId, scp: "access", ver: "2.0" },
        okta: { uid: issuer().principalKey("approver"), cid: issuer().clientId, sub: "avery@example.test" },
      }[kind],
    );
  });

  it("keeps auth_time over a refresh and rotates the refresh token", async () => {
    const first = await redeem(issuer(), await codeFor(issuer(), "engineer"));
    const second = await refresh(issuer(), first.body["refresh_token"]);
    expect(second.status).toBe(200);
    expect(second.body["refresh_token"]).not.toBe(first.body["refresh_token"]);
    const [before, after] = [
      await verified(issuer(), String(first.body["access_token"])),
      await verified(issuer(), String(second.body["access_token"])),
    ];
    expect(after["auth_time"]).toBe(before["auth_time"]);
  });

  it("ends the whole session when a refresh token is used twice", async () => {
    const first = await redeem(issuer(), await codeFor(issuer(), "engineer"));
    const second = await refresh(issuer(), first.body["refresh_token"]);
    const reused = await refresh(issuer(), first.body["refresh_token"]);
    expect(reused).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    const thief = await refresh(issuer(), second.body["refresh_token"]);
    expect(thief).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });

  it("gives lifetimes down to a second", async () => {
    issuer().switches.accessTokenSeconds = 1;
    const tokens = await redeem(issuer(), await codeFor(issuer(), "engineer"));
    expect(tokens.body["expires_in"]).toBe(1);
    const payload = await verified(issuer(), String(tokens.body["access_token"]));
    expect(Number(payload.exp) - Number(payload.iat)).toBe(1);
  });

  it("refuses a code without its verifier", async () => {
    const code = await codeFor(issuer(), "engineer");
    expect(await redeem(issuer(), code, "x".repeat(43))).toMatchObject({ body: { error: "invalid_grant" } });
  });

  it("shows people by name, as text, on a page without scripts", async () => {
    const { page } = await openPicker(issuer());
    expect(page.text).toContain("Erin Engineer");
    expect(page.text).toContain("Cleo &#60;b&#62;Contractor");
    expect(page.text).not.toMatch(/<script|<b>/);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  it("takes the choice only with the page’s own token and cookie", async () => {
    const { page, url, cookie } = await openPicker(issuer());
    const token = /name="token" value="([0-9a-f]+)"/.exec(page.text)?.[1] ?? "";
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const without = await ask("POST", url, { ...form, cookie }, "person=engineer");
    expect(without.status).toBe(403);
    const stranger = await ask("POST", url, form, `person=engineer&token=${token}`);
    expect(stranger.status).toBe(400);
    const own = await ask("POST", url, { ...form, cookie }, `person=engineer&token=${token}`);
    expect(own.status).toBe(303);
  });

  it("fails as its switches say, and alone", async () => {
    const metadata = `${issuer().issuer}/.well-known/openid-configuration`;
    issuer().switches.failure = "unavailable";
    expect((await ask("GET", metadata)).status).toBe(503);
    issuer().switches.failure = "too-many-requests";
    expect((await ask("GET", metadata)).status).toBe(429);
    issuer().switches.failure = "dropped";
    await expect(ask("GET", metadata)).rejects.toThrow();
    const other = kind === "oidc" ? idp.okta : idp.oidc;
    expect((await ask("GET", `${other.issuer}/.well-known/openid-configuration`)).status).toBe(200);
  });
});

it("matches Okta’s redirect addresses with their port, the others’ without", async () => {
  expect((await authorize(idp.oidc, "http://127.0.0.1:9/callback")).status).toBe(303);
  expect((await authorize(idp.entra, "http://localhost:9")).status).toBe(303);
  expect((await authorize(idp.okta, "http://127.0.0.1:9/callback")).status).toBe(400);
  expect((await authorize(idp.oidc, "http://127.0.0.1:9/elsewhere")).status).toBe(400);
});

it("makes a certificate that its own authority signed, for localhost only", () => {
  const { ca, cert, key } = makeServerCertificate(Date.now());
  const [authority, server] = [new X509Certificate(ca), new X509Certificate(cert)];
  expect(authority.ca).toBe(true);
  expect(server.ca).toBe(false);
  expect(server.checkIssued(authority)).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkHost("localhost")).toBe("localhost");
  expect(server.checkHost("example.test")).toBeUndefined();
  expect(server.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(key).toContain("PRIVATE KEY");
});

it("leaves nothing open when it is closed", async () => {
  const one = await startIdentityProvider();
  const metadata = `${one.oidc.issuer}/.well-known/openid-configuration`;
  expect((await ask("GET", metadata)).status).toBe(200);
  await one.close();
  await expect(ask("GET", metadata)).rejects.toThrow();
});

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Empty where the answer is not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: string, url: string, headers: Record<string, string> = {}, body?: string): Promise<Reply> {
  const answer = await request(url, { dispatcher: agent, method, headers, body: body ?? null });
  const text = await answer.body.text();
  const json = /^application\/(jwk-set\+)?json/.test(String(answer.headers["content-type"]));
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text,
    body: (json ? JSON.parse(text) : {}) as Reply["body"],
  };
}

function redirectOf(issuer: DemoIssuer): string {
  switch (issuer.signIn.kind) {
    case "oidc":
      return "http://127.0.0.1:9/callback";
    case "entra":
      return "http://localhost:9";
    case "okta":
      return `http://127.0.0.1:${issuer.signIn.redirectPorts[0]}/callback`;
    default:
      return issuer.signIn satisfies never;
  }
}

const paths = {
  oidc: { authorize: "/auth", token: "/token" },
  entra: { authorize: "/oauth2/v2.0/authorize", token: "/oauth2/v2.0/token" },
  okta: { authorize: "/v1/authorize", token: "/v1/token" },
} as const;

function authorizationUrl(issuer: DemoIssuer, redirect: string): string {
  const query = new URLSearchParams({
    client_id: issuer.clientId,
    response_type: "code",
    redirect_uri: redirect,
    scope: issuer.signIn.scope,
    state: "state",
    nonce: "nonce",
    prompt: "consent",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...(issuer.kind === "oidc" ? { resource: issuer.audience } : {}),
  });
  return `${issuer.issuer}${paths[issuer.kind].authorize}?${query.toString()}`;
}

function authorize(issuer: DemoIssuer, redirect: string): Promise<Reply> {
  return ask("GET", authorizationUrl(issuer, redirect));
}

async function openPicker(issuer: DemoIssuer): Promise<{ page: Reply; url: string; cookie: string }> {
  const start = await ask("GET", authorizationUrl(issuer, redirectOf(issuer)));
  const url = new URL(String(start.headers["location"]), issuer.issuer).href;
  const cookies = [start.headers["set-cookie"]].flat().map((line) => String(line).split(";")[0]);
  const cookie = cookies.join("; ");
  return { page: await ask("GET", url, { cookie }), url, cookie };
}

async function codeFor(issuer: DemoIssuer, person: string): Promise<string> {
  const stopAt = redirectOf(issuer);
  const arrival = await signInAs(authorizationUrl(issuer, stopAt), person, { ca: idp.ca, stopAt });
  return new URL(arrival.url).searchParams.get("code") ?? "";
}

function redeem(issuer: DemoIssuer, code: string, codeVerifier = verifier): Promise<Reply> {
  const form = {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectOf(issuer),
    code_verifier: codeVerifier,
  };
  return post(issuer, form);
}

function refresh(issuer: DemoIssuer, token: unknown): Promise<Reply> {
  return post(issuer, { grant_type: "refresh_token", refresh_token: String(token) });
}

function post(issuer: DemoIssuer, form: Record<string, string>): Promise<Reply> {
  const body = new URLSearchParams({ client_id: issuer.clientId, ...form }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return ask("POST", `${issuer.issuer}${paths[issuer.kind].token}`, headers, body);
}

async function verified(issuer: DemoIssuer, token: string): Promise<Record<string, unknown>> {
  const keys = createRemoteJWKSet(new URL(issuer.jwksUri), {
    [customFetch]: async (url) => new Response(JSON.stringify((await ask("GET", url)).body)),
  });
  const { payload } = await jwtVerify(token, keys, { issuer: issuer.issuer, audience: issuer.audience });
  return payload;
}
