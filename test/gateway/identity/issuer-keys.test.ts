import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";
import type { IssuerConfig } from "../../../src/gateway/config-schema.ts";
import type { TokenVerifier } from "../../../src/gateway/identity/principal.ts";
import { createTokenVerifier } from "../../../src/gateway/identity/verifier.ts";
import { sign, signingKey, startLocalIssuer, type LocalIssuer, type SigningKey } from "./local-issuer.ts";

let idp: LocalIssuer;
let key: SigningKey;
let nowMs: number;
let verifiers: TokenVerifier[];

beforeEach(async () => {
  idp = await startLocalIssuer();
  key = await signingKey("one");
  idp.state.keys = [key.publicJwk];
  nowMs = 1_800_000_000_000;
  verifiers = [];
});
afterEach(async () => {
  for (const verifier of verifiers) verifier.close();
  await idp.close();
});

function verifierOf(changes: Partial<IssuerConfig> = {}): TokenVerifier {
  const issuer: IssuerConfig = {
    name: "corp",
    kind: "oidc",
    issuer: idp.origin,
    audience: "api",
    clients: ["desktop"],
    groupsClaim: "groups",
    ...changes,
  };
  const verifier = createTokenVerifier(
    { issuers: [issuer], roles: { admin: [], auditor: [] }, identities: [] },
    { now: () => nowMs },
  );
  verifiers.push(verifier);
  return verifier;
}

let count = 0;
/** A token of its own text each time. */
function token(by: SigningKey = key, issuer = idp.origin): Promise<string> {
  count += 1;
  const exp = nowMs / 1000 + 100_000;
  return sign(by, { iss: issuer, aud: "api", sub: "ada", client_id: "desktop", exp, jti: String(count) });
}

const refusedWith = (code: string) => expect.objectContaining({ code });

describe("an issuer's keys", () => {
  it("are discovered once, on first use, however many tokens come at once", async () => {
    const verifier = verifierOf();
    expect(idp.requests).toEqual([]);
    await Promise.all([token(), token(), token()].map(async (one) => verifier.verify(await one)));
    expect(idp.requests).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  it("are read from jwksUri without discovery where it is given", async () => {
    await verifierOf({ jwksUri: `${idp.origin}/own-keys` }).verify(await token());
    expect(idp.requests).toEqual(["/own-keys"]);
  });

  it("keep verifying while the issuer is down, for as long as that takes", async () => {
    const verifier = verifierOf();
    await verifier.verify(await token());
    await idp.close();
    for (const hours of [1, 24, 240]) {
      nowMs += hours * 3_600_000;
      await expect(verifier.verify(await token())).resolves.toMatchObject({ id: "corp:ada" });
    }
  });

  it("rotate: a new kid is fetched, a second after they were read", async () => {
    const verifier = verifierOf();
    await verifier.verify(await token());
    const next = await signingKey("two");
    idp.state.keys = [key.publicJwk, next.publicJwk];
    await expect(verifier.verify(await token(next))).rejects.toEqual(refusedWith("token_invalid"));
    expect(idp.requests).toHaveLength(2);
    nowMs += 1000;
    await expect(verifier.verify(await token(next))).resolves.toMatchObject({ id: "corp:ada" });
    await expect(verifier.verify(await token())).resolves.toMatchObject({ id: "corp:ada" });
    expect(idp.requests).toHaveLength(3);
  });

  it("are asked for no more than once in a cooldown, whatever kids are made up", async () => {
    const verifier = verifierOf();
    await verifier.verify(await token());
    nowMs += 30_000;
    const made = await Promise.all(["a", "b", "c", "d"].map((kid) => token({ ...key, kid })));
    for (const one of made) await expect(verifier.verify(one)).rejects.toEqual(refusedWith("token_invalid"));
    expect(idp.requests).toHaveLength(3);
  });

  it("are asked for four times in half a minute at most, whatever kids are made up, and rotate all the same", async () => {
    const verifier = verifierOf();
    await verifier.verify(await token());
    for (let second = 0; second < 29; second++) {
      nowMs += 1000;
      const made = await token({ ...key, kid: `made-up-${second}` });
      await expect(verifier.verify(made)).rejects.toEqual(refusedWith("token_invalid"));
    }
    expect(idp.requests.filter((path) => path === "/keys")).toHaveLength(4);
    const next = await signingKey("two");
    idp.state.keys = [next.publicJwk];
    nowMs += 30_000;
    await expect(verifier.verify(await token(next))).resolves.toMatchObject({ id: "corp:ada" });
  });

  it("that were withdrawn end with the next reload, cached tokens included", async () => {
    const verifier = verifierOf();
    const old = await token();
    await verifier.verify(old);
    const next = await signingKey("two");
    idp.state.keys = [next.publicJwk];
    nowMs += 600_000;
    await verifier.verify(await token(next));
    await expect(verifier.verify(old)).rejects.toEqual(refusedWith("token_invalid"));
  });

  it("are reloaded in the background by cached tokens, too", async () => {
    const verifier = verifierOf();
    const old = await token();
    await verifier.verify(old);
    idp.state.keys = [(await signingKey("two")).publicJwk];
    nowMs += 600_000;
    await verifier.verify(old);
    await expect
      .poll(() => verifier.verify(old).catch((error: unknown) => error))
      .toEqual(refusedWith("token_invalid"));
  });

  it("that can't be read refuse with issuer_unreachable, and are tried again a second later", async () => {
    const verifier = verifierOf();
    idp.state.status = 503;
    await expect(verifier.verify(await token())).rejects.toEqual(refusedWith("issuer_unreachable"));
    idp.state.status = 200;
    await expect(verifier.verify(await token())).rejects.toEqual(refusedWith("issuer_unreachable"));
    nowMs += 1000;
    await expect(verifier.verify(await token())).resolves.toMatchObject({ id: "corp:ada" });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["metadata of another issuer", { issuer: "https://id.evil.example" }],
    ["a key address over plain http elsewhere", { jwks_uri: "http://keys.example/keys" }],
    ["a key address that is a file", { jwks_uri: "file:///etc/passwd" }],
    ["no key address", { jwks_uri: 1 }],
  ])("are not taken through %s", async (_what, metadata) => {
    idp.state.metadata = metadata;
    await expect(verifierOf().verify(await token())).rejects.toEqual(refusedWith("issuer_unreachable"));
  });

  it("are not taken through a redirect", async () => {
    idp.state.redirect = true;
    await expect(verifierOf().verify(await token())).rejects.toEqual(refusedWith("issuer_unreachable"));
  });

  it("with two of one kid verify nothing", async () => {
    idp.state.keys = [key.publicJwk, (await signingKey("one")).publicJwk];
    await expect(verifierOf().verify(await token())).rejects.toEqual(refusedWith("token_invalid"));
  });

  it("that are secrets verify nothing", async () => {
    idp.state.keys = [{ kty: "oct", kid: "one", k: "c2VjcmV0" }];
    await expect(verifierOf().verify(await token())).rejects.toEqual(refusedWith("token_invalid"));
  });

  it("come over TLS by the issuer's own authority, and by no other", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ca-"));
    const certificate = makeServerCertificate(Date.now());
    const tls = await startLocalIssuer(certificate);
    tls.state.keys = [key.publicJwk];
    const ca = join(folder, "ca.pem");
    await writeFile(ca, certificate.ca);
    await expect(verifierOf({ issuer: tls.origin }).verify(await token(key, tls.origin))).rejects.toEqual(
      refusedWith("issuer_unreachable"),
    );
    await expect(verifierOf({ issuer: tls.origin, ca }).verify(await token(key, tls.origin))).resolves.toMatchObject({
      id: "corp:ada",
    });
    await tls.close();
    await rm(folder, { recursive: true });
  });
});

describe("a token verified before", () => {
  it("is good until it ends, without another look at its signature", async () => {
    const verifier = verifierOf();
    const one = await token();
    const first = await verifier.verify(one);
    expect(await verifier.verify(one)).toBe(first);
    nowMs = first.expiresAtMs;
    expect(await verifier.verify(one)).not.toBe(first);
    nowMs = first.expiresAtMs + 30_000;
    await expect(verifier.verify(one)).rejects.toEqual(refusedWith("token_expired"));
  });
});
