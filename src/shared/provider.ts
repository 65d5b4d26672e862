import { z } from "zod";

/** How a person signs in: which library runs, against whom, as which public client. */
export const provider = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("oidc"),
    issuer: z.url(),
    clientId: z.string().min(1),
    scope: z.string().min(1),
    /** RFC 8707 resource indicator, for providers that need one to issue a JWT for the gateway. */
    resource: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("entra"),
    /** `https://login.microsoftonline.com/TENANT` */
    authority: z.url(),
    clientId: z.string().min(1),
    /** Includes the gateway's API scope, `api://API/SCOPE`. */
    scope: z.string().min(1),
  }),
  z.strictObject({
    kind: z.literal("okta"),
    issuer: z.url(),
    clientId: z.string().min(1),
    scope: z.string().min(1),
    /** Okta matches redirect addresses exactly, so these ports are registered: `http://127.0.0.1:PORT/callback`. */
    redirectPorts: z.array(z.number().int().min(1).max(65535)).min(1),
  }),
]);
export type Provider = z.infer<typeof provider>;

/** `GET /.well-known/countersign`: what a client may read before it signs in. It is a proposal; a person confirms it once (rule 2). */
export const discovery = z.object({
  v: z.literal(1),
  gateway: z.url(),
  /** The ledger's verifier key, `NAME+KEYHASH+BASE64` (C2SP signed-note). */
  ledgerKey: z.string(),
  /** The notes by which that key handed over to later ones, oldest first (docs/ledger.md, Keys). */
  ledgerKeyRotations: z.array(z.string()).optional(),
  /** Each way to sign in, with the audience that its tokens must name. */
  signIn: z.array(z.object({ audience: z.string(), provider })),
  nowMs: z.number(),
});
export type Discovery = z.infer<typeof discovery>;

/** `profile.json`: the pin of a gateway's origin to the audience and provider whose tokens it gets. */
export const profile = z.object({
  v: z.literal(1),
  gateway: z.url(),
  audience: z.string(),
  ledgerKey: z.string(),
  provider,
});
export type Profile = z.infer<typeof profile>;

/** Where a person signs in, as an address; for Entra its tenant is the last part. */
export function issuerOf(provider: Provider): string {
  return provider.kind === "entra" ? provider.authority : provider.issuer;
}

/** Whose directory it is, where the provider has several. */
export function tenantOf(provider: Provider): string | null {
  return provider.kind === "entra" ? (new URL(provider.authority).pathname.split("/")[1] ?? null) : null;
}

/** Which provider it is, however its address is written: all of Entra's hosts issue the same tokens. */
export function providerHost(provider: Provider): string {
  return provider.kind === "entra" ? "entra" : new URL(provider.issuer).host;
}
