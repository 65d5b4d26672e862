import { generateKeyPairSync, randomBytes } from "node:crypto";

/** Two services of every issuer: one proves itself by a secret, the other by a private key (RFC 7523). Made at each start. */
export interface Services {
  readonly bySecret: { readonly clientId: string; readonly secret: string };
  /** `key` is PEM. */
  readonly byKey: { readonly clientId: string; readonly key: string; readonly publicJwk: object };
}

export function makeServices(): Services {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    bySecret: { clientId: "countersign-robot", secret: randomBytes(24).toString("base64url") },
    byKey: {
      clientId: "countersign-worker",
      key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      publicJwk: { ...publicKey.export({ format: "jwk" }), use: "sig", alg: "ES256" },
    },
  };
}

/** The services as oidc-provider is told of them. */
export function serviceClients({ bySecret, byKey }: Services): readonly object[] {
  const common = {
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  };
  return [
    {
      ...common,
      client_id: bySecret.clientId,
      client_secret: bySecret.secret,
      token_endpoint_auth_method: "client_secret_post",
    },
    {
      ...common,
      client_id: byKey.clientId,
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      jwks: { keys: [byKey.publicJwk] },
    },
  ];
}
