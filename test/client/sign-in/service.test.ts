import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createServiceSignIn } from "../../../src/client/sign-in/service.ts";
import { readServiceCredentials } from "../../../src/client/sign-in/service-credentials.ts";
import type { SignIn } from "../../../src/client/sign-in/sign-in.ts";
import { startIdentityProvider, type DemoIssuer, type IdentityProvider } from "../../../src/demo/idp/index.ts";
import { initialSwitches } from "../../../src/demo/idp/switches.ts";
import type { TokenVerifier } from "../../../src/gateway/identity/principal.ts";
import { verifierFor } from "../../support/verifier-for.ts";

let idp: IdentityProvider;
let gateway: TokenVerifier;
let folder: string;
const opened: SignIn[] = [];
beforeAll(async () => {
  idp = await startIdentityProvider({ isPlainOverTls: true });
  gateway = verifierFor(idp);
  folder = await mkdtemp(join(tmpdir(), "countersign-service-"));
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  for (const { switches } of [idp.oidc, idp.entra, idp.okta]) Object.assign(switches, initialSwitches());
});
afterAll(async () => {
  gateway.close();
  await idp.close();
  await rm(folder, { recursive: true });
});

/** The sign-in of a service whose credentials stand in a file, as `--service` reads it. */
async function service(issuer: DemoIssuer, credentials: object, now = Date.now): Promise<SignIn> {
  const path = join(folder, "service.json");
  await writeFile(path, JSON.stringify(credentials));
  const one = createServiceSignIn(issuer.signIn, await readServiceCredentials(path), { ca: idp.ca, now });
  opened.push(one);
  return one;
}

async function secretFile(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), `${text}\n`, { mode: 0o600 });
  return `file:${name}`;
}

const openBrowser = () => Promise.reject(new Error("no browser here"));
const keyOf = { oidc: "", entra: "5f1c7f0e-3f0a-4c58-9d0b-2f6d5f3c9a11:", okta: "" } as const;

describe.each(["entra", "okta", "oidc"] as const)("a service of %s", (kind) => {
  it("gets a token by its secret, without a person or a browser, that the gateway takes for a service", async () => {
    const { clientId, secret } = idp.services.bySecret;
    const one = await service(idp[kind], { kind: "secret", clientId, secret: await secretFile("secret", secret) });
    const first = await one.signIn({ openBrowser, signal: new AbortController().signal });
    const principal = await gateway.verify(first.accessToken);
    expect(principal).toMatchObject({ kind: "service", clientId, groups: kind === "entra" ? ["Calls"] : [] });
    expect(principal.id.startsWith(`${kind}:${keyOf[kind]}`)).toBe(true);
    expect(await one.token()).toBe(first);
    expect(await one.token({ force: true })).not.toBe(first);
  });

  it("gets one by its private key, on a machine whose clock is four minutes off", async () => {
    const { clientId, key } = idp.services.byKey;
    const credentials = { kind: "key", clientId, key: await secretFile("key.pem", key) };
    for (const skewMs of [-240_000, 240_000]) {
      const one = await service(idp[kind], credentials, () => Date.now() + skewMs);
      await expect(gateway.verify((await one.token()).accessToken)).resolves.toMatchObject({
        kind: "service",
        clientId,
      });
    }
  });

  it("gets one by the assertion that its platform wrote into a file, and by the next one after that", async () => {
    const { clientId, key } = idp.services.byKey;
    const assertion = (): Promise<string> =>
      new SignJWT({ iss: clientId, sub: clientId, aud: idp[kind].issuer, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: "ES256" })
        .setExpirationTime("5m")
        .sign(createPrivateKey(key));
    const file = await secretFile("assertion", await assertion());
    const one = await service(idp[kind], { kind: "assertion", clientId, assertion: file });
    await expect(gateway.verify((await one.token()).accessToken)).resolves.toMatchObject({ kind: "service" });
    // Each is good once: a renewal needs what the platform wrote since.
    await expect(one.token({ force: true })).rejects.toMatchObject({ code: "misconfigured" });
    await secretFile("assertion", await assertion());
    await expect(one.token({ force: true })).resolves.toBeDefined();
  });

  it("says what is wrong without the secret, and recovers once that is mended", async () => {
    const { clientId, secret } = idp.services.bySecret;
    const one = await service(idp[kind], {
      kind: "secret",
      clientId,
      secret: await secretFile("rotated", "gu3ssed-s3cret"),
    });
    const refused = await one.token().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "misconfigured", message: expect.stringContaining("invalid_client") });
    expect(String(refused)).not.toContain("gu3ssed");
    await secretFile("rotated", secret);
    await expect(one.token()).resolves.toBeDefined();
    idp[kind].switches.failure = "dropped";
    await expect(one.token({ force: true })).rejects.toMatchObject({ code: "transient" });
    await expect(one.token()).resolves.toBeDefined();
  });

  it("shares one request between ten callers", async () => {
    const { clientId, secret } = idp.services.bySecret;
    const one = await service(idp[kind], { kind: "secret", clientId, secret: await secretFile("secret", secret) });
    const all = await Promise.all(Array.from({ length: 10 }, () => one.token()));
    expect(new Set(all).size).toBe(1);
  });
});

it("a workload's own token is used as it is, until the platform has written another", async () => {
  const made = (exp: number): Promise<string> =>
    new SignJWT({ sub: "system:serviceaccount:ci:deployer" })
      .setProtectedHeader({ alg: "ES256" })
      .setExpirationTime(exp)
      .sign(createPrivateKey(idp.services.byKey.key));
  let nowMs = 1_800_000_000_000;
  const first = await made(nowMs / 1000 + 600);
  const one = await service(idp.oidc, { kind: "token", token: await secretFile("token", first) }, () => nowMs);
  expect(await one.token()).toMatchObject({ accessToken: first, expiresAtMs: nowMs + 600_000 });
  const second = await made(nowMs / 1000 + 1200);
  await secretFile("token", second);
  expect((await one.token()).accessToken).toBe(first);
  nowMs += 590_000;
  expect((await one.token()).accessToken).toBe(second);
});

it.each<[string, string, RegExp]>([
  ["no JSON", "{", /is no JSON/],
  ["a secret in the open", '{"kind":"secret","clientId":"a","secret":"s3cret"}', /at secret: see docs/],
  ["two ways at once", '{"kind":"secret","clientId":"a","secret":"env:A","token":"file:b"}', /names no service/],
  ["no kind", '{"clientId":"a"}', /at kind/],
])("a file with %s is refused, and not quoted", async (_what, text, said) => {
  const path = join(folder, "bad.json");
  await writeFile(path, text);
  const refused = await readServiceCredentials(path).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "configuration", message: expect.stringMatching(said) });
  expect(String(refused)).not.toContain("s3cret");
});
