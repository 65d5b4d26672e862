import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";

/** A signing key of an issuer, made at run time. */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function signingKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export async function sign(
  key: SigningKey,
  claims: JWTPayload,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
}

/** A metadata and JWKS server on a real socket, whose answers can be changed. */
export interface LocalIssuer {
  readonly origin: string;
  /** What it answers with; `metadata` overrides members of the discovery document of any path. */
  readonly state: { keys: JWK[]; status: number; metadata: Readonly<Record<string, unknown>>; redirect: boolean };
  /** Paths asked for, in order. */
  readonly requests: string[];
  /** Closes its socket for good; nobody answers any more. */
  close(): Promise<void>;
}

export async function startLocalIssuer(tls?: { readonly key: string; readonly cert: string }): Promise<LocalIssuer> {
  const state: LocalIssuer["state"] = { keys: [], status: 200, metadata: {}, redirect: false };
  const requests: string[] = [];
  let origin = "";
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on("request", (request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    if (state.redirect) return response.writeHead(302, { location: `${origin}/keys` }).end();
    const metadataAt = path.indexOf("/.well-known/openid-configuration");
    const body =
      metadataAt < 0
        ? { keys: state.keys }
        : { issuer: `${origin}${path.slice(0, metadataAt)}`, jwks_uri: `${origin}/keys`, ...state.metadata };
    return response.writeHead(state.status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  origin = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return {
    origin,
    state,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
