import { z } from "zod";

/** What every access token here must or may say (RFC 9068, section 2.2), and where the three kinds of issuer differ. Times are seconds. */
export const accessTokenClaims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  nbf: z.number().optional(),
  /** Authentication context class (OpenID Connect Core 1.0, section 2; RFC 9068, section 2.2.1). */
  acr: z.string().optional(),
  /** Methods (RFC 8176), and Entra's authentication contexts. What is no list of words says nothing. */
  amr: z.array(z.string()).optional().catch(undefined),
  acrs: z.array(z.string()).optional().catch(undefined),
  auth_time: z.number().nonnegative().optional(),
  /** The key that the issuer bound the token to (RFC 9449, section 6.1). */
  cnf: z.looseObject({ jkt: z.string().optional() }).optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  email: z.string().optional(),
  // oidc
  client_id: z.string().optional(),
  azp: z.string().optional(),
  // entra
  ver: z.string().or(z.number()).optional(),
  tid: z.string().optional(),
  oid: z.string().optional(),
  appid: z.string().optional(),
  app_displayname: z.string().optional(),
  idtyp: z.string().optional(),
  roles: z.array(z.string()).optional(),
  // okta
  cid: z.string().optional(),
  uid: z.string().optional(),
  /** Words in one string (Entra), or a list (Okta). */
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});
export type Claims = z.infer<typeof accessTokenClaims>;
