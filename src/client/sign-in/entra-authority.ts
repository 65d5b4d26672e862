import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from "jose";
import { z } from "zod";
import { clockToleranceSeconds } from "./adapter.ts";
import type { Account } from "./sign-in.ts";
import type { Transport } from "./transport.ts";

/** What MSAL leaves to us: the proof of id tokens and the address for ending the browser session. */
export interface Authority {
  /** Reads keys and metadata, so that a redeemed code cannot fail for want of them. */
  prepare(): Promise<void>;
  /** Throws where signature, issuer, tenant, audience, time or nonce do not hold. */
  account(idToken: string, nonce: string | undefined): Promise<Account>;
  /** Null where it is not to be had. */
  logoutUrl(): Promise<string | null>;
}

const metadataShape = z.object({ issuer: z.string(), jwks_uri: z.url(), end_session_endpoint: z.url().optional() });
const claimsShape = z.object({
  tid: z.guid(),
  oid: z.guid(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  nonce: z.string().optional(),
});

interface Metadata extends z.infer<typeof metadataShape> {
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

/** `authority` as in the provider's configuration, `https://HOST/TENANT`. */
export function openAuthority(authority: string, clientId: string, transport: Transport): Authority {
  let known: Metadata | null = null;
  const metadata = async (): Promise<Metadata> => {
    known ??= await readMetadata(authority, transport);
    return known;
  };
  return {
    prepare: async () => {
      const { keys } = await metadata();
      if (!keys.fresh) await keys.reload();
    },
    account: async (idToken, nonce) => {
      const { keys, issuer } = await metadata();
      const { payload } = await jwtVerify(idToken, keys, {
        algorithms: ["RS256"],
        audience: clientId,
        requiredClaims: ["exp", "iat", "iss"],
        clockTolerance: clockToleranceSeconds,
      });
      return accountIn(payload, issuer, nonce);
    },
    logoutUrl: async () => {
      try {
        return (await metadata()).end_session_endpoint ?? null;
      } catch {
        return null;
      }
    },
  };
}

async function readMetadata(authority: string, transport: Transport): Promise<Metadata> {
  const url = `${authority.replace(/\/$/, "")}/v2.0/.well-known/openid-configuration`;
  const answer = await transport.request("GET", url);
  const metadata = metadataShape.parse(JSON.parse(answer.body));
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { [customFetch]: transport.fetch });
  return { ...metadata, keys };
}

function accountIn(payload: JWTPayload, issuer: string, nonce: string | undefined): Account {
  const claims = claimsShape.parse(payload);
  // Authorities of many tenants (organizations) state their issuer as a template.
  if (payload.iss !== issuer.replace("{tenantid}", claims.tid)) throw new Error("the id token is another issuer’s");
  if (nonce !== undefined && claims.nonce !== nonce) throw new Error("the id token’s nonce is not ours");
  const subject = `${claims.tid}:${claims.oid}`;
  return { subject, name: claims.name ?? claims.preferred_username ?? subject };
}
