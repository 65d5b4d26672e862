import { createHash } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, type CryptoKey, type ProtectedHeaderParameters } from "jose";
import { CountersignError, type ErrorCode } from "../../shared/errors.ts";
import type { Config, IssuerConfig } from "../config-schema.ts";
import { accessTokenClaims, type Claims } from "./claims.ts";
import { openGraph, type Graph } from "./graph.ts";
import { groupsOf } from "./groups.ts";
import { IssuerKeys, type FetchText } from "./issuer-keys.ts";
import { peopleOf, type People } from "./people.ts";
import type { Principal, TokenVerifier } from "./principal.ts";
import { callerOf } from "./caller.ts";
import { rolesOf } from "./roles.ts";
import { createTokenCache } from "./token-cache.ts";

export interface TokenVerifierOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly fetch?: FetchText;
  /** The value behind a secret's name, for issuers whose groups are asked for at Graph. */
  readonly secret?: (name: string) => Promise<string>;
}

/** Asymmetric algorithms only: `none` and HMAC (a public key taken for a secret) never pass. */
const algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
/** RFC 9068 and plain JWTs; a logout token, a DPoP proof or a decision of ours is no access token. */
const types = ["at+jwt", "application/at+jwt", "jwt"];
const toleranceMs = 30_000;
const longestToken = 16_384;

/** A verifier of access tokens of the configured issuers. Linear: the first check that fails answers, with its own code. */
export function createTokenVerifier(config: VerifierConfig, options: TokenVerifierOptions = {}): TokenVerifier {
  const now = options.now ?? Date.now;
  const cache = createTokenCache();
  const issuers = new Map(
    config.issuers.map((issuer) => {
      const keys = new IssuerKeys(issuer, { now, fetch: options.fetch, onChange: () => cache.clear() });
      return [issuer.issuer, { issuer, keys, graph: graphOf(issuer, now, options.secret) }] as const;
    }),
  );
  const people = peopleOf(() => config);

  const verify = async (token: string): Promise<Principal> => {
    const header = headerOf(token);
    const trusted = issuers.get(unverifiedIssuer(token));
    if (trusted === undefined) refuse("wrong_issuer", "The token's issuer is not one of this gateway's issuers.");
    const { issuer, keys, graph } = trusted;
    const claims = await verifiedClaims(token, await keys.keyFor(header));
    if (claims.iss !== issuer.issuer) refuse("wrong_issuer", "The token's issuer is not the one that was verified.");
    checkTimes(claims, now());
    checkAudience(claims, issuer);
    return await principalOf({ issuer, graph }, claims, header, { people, roles: config.roles });
  };

  return {
    async verify(token) {
      if (token === undefined || token === "")
        refuse("token_missing", "The request carries no access token; sign in first.");
      for (const { keys } of issuers.values()) keys.refresh();
      const hash = createHash("sha256").update(token).digest("base64");
      const known = cache.get(hash, now());
      if (known !== undefined) return known;
      const generation = cache.generation();
      const principal = await verify(token);
      cache.put(hash, principal, generation);
      return principal;
    },
    async ready() {
      const known = await Promise.all([...issuers.values()].map(({ keys }) => keys.ready()));
      return known.includes(true);
    },
    unknown: () => [...issuers.values()].filter(({ keys }) => !keys.isKnown).map(({ issuer }) => issuer.name),
    close() {
      for (const { keys, graph } of issuers.values()) {
        keys.close();
        graph?.close();
      }
    },
  };
}

type VerifierConfig = Pick<Config, "issuers" | "roles" | "identities"> & Partial<Pick<Config, "services">>;

function graphOf(issuer: IssuerConfig, now: () => number, secret: TokenVerifierOptions["secret"]): Graph | null {
  if (issuer.graph === undefined || secret === undefined) return null;
  return openGraph(issuer, issuer.graph, { now, secret });
}

async function principalOf(
  { issuer, graph }: { readonly issuer: IssuerConfig; readonly graph: Graph | null },
  claims: Claims,
  header: ProtectedHeaderParameters,
  { people, roles }: { readonly people: People; readonly roles: Config["roles"] },
): Promise<Principal> {
  const caller = callerOf(issuer, claims, header);
  const { key, kind, name, clientId } = caller;
  const groups = await groupsOf(issuer, claims, caller, graph);
  const id = `${issuer.name}:${key}`;
  const owner = people.ownerOf(id);
  return {
    id,
    kind,
    name,
    groups: [...groups],
    issuer: issuer.name,
    person: people.personOf(id),
    roles: rolesOf(roles, groups),
    clientId,
    expiresAtMs: claims.exp * 1000,
    authenticatedAtMs: claims.auth_time === undefined ? null : claims.auth_time * 1000,
    ...(owner === undefined || kind !== "service" ? {} : { owner }),
    ...(claims.acr === undefined ? {} : { assurance: claims.acr }),
    ...strengthOf(issuer, claims),
    ...(claims.cnf?.jkt === undefined ? {} : { confirmedKey: claims.cnf.jkt }),
  };
}

/** How the person was authenticated. `acrs` is a claim of Entra's: anybody else's may be of another meaning. */
function strengthOf({ kind }: IssuerConfig, { acr, acrs, amr }: Claims): Pick<Principal, "contexts" | "methods"> {
  const contexts = [...(acr === undefined ? [] : [acr]), ...(kind === "entra" ? (acrs ?? []) : [])];
  return {
    ...(contexts.length === 0 ? {} : { contexts }),
    ...(amr === undefined || amr.length === 0 ? {} : { methods: amr }),
  };
}

function headerOf(token: string): ProtectedHeaderParameters {
  if (token.length > longestToken || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return malformed();
  let header: ProtectedHeaderParameters;
  try {
    header = decodeProtectedHeader(token);
  } catch (cause) {
    return malformed(cause);
  }
  if (typeof header.alg !== "string" || !algorithms.includes(header.alg)) {
    refuse("token_invalid", `The token must be signed with ${algorithms.join(", ")}.`);
  }
  // RFC 7515, section 4.1.11: no extension is understood here, b64 (RFC 7797) included.
  if (header.crit !== undefined || header["b64"] !== undefined)
    refuse("token_invalid", "The token demands an unknown extension.");
  const type = header.typ as unknown;
  if (type !== undefined && !(typeof type === "string" && types.includes(type.toLowerCase()))) {
    refuse("token_invalid", "The token is not an access token by its type.");
  }
  return header;
}

/** Picks the issuer whose keys are asked; nothing else of an unverified token counts. */
function unverifiedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? "";
  } catch (cause) {
    return malformed(cause);
  }
}

async function verifiedClaims(token: string, key: CryptoKey): Promise<Claims> {
  let payload: string;
  try {
    const verified = await compactVerify(token, key, { algorithms });
    payload = new TextDecoder("utf-8", { fatal: true }).decode(verified.payload);
  } catch (cause) {
    throw new CountersignError("token_invalid", "The token's signature does not hold.", { cause });
  }
  const claims = accessTokenClaims.safeParse(JSON.parse(payload));
  if (!claims.success) {
    throw new CountersignError("token_invalid", "The token lacks a claim that access tokens have.", {
      cause: claims.error,
    });
  }
  return claims.data;
}

function checkTimes(claims: Claims, nowMs: number): void {
  if (claims.exp * 1000 + toleranceMs <= nowMs) refuse("token_expired", "The token has expired; get a new one.");
  if (claims.nbf !== undefined && claims.nbf * 1000 - toleranceMs > nowMs) {
    refuse("token_not_yet_valid", "The token is not valid yet; compare this machine's clock with the issuer's.");
  }
  // What a fresh sign-in opens (enrolment) must not be had for years by a time that has not come.
  if (claims.auth_time !== undefined && claims.auth_time * 1000 - toleranceMs > nowMs) {
    refuse("token_not_yet_valid", "The token says that its person signs in later (auth_time); compare the clocks.");
  }
}

function checkAudience(claims: Claims, issuer: IssuerConfig): void {
  const audiences = typeof claims.aud === "string" ? [claims.aud] : claims.aud;
  if (!audiences.includes(issuer.audience))
    refuse("wrong_audience", "The token was issued for another audience than this gateway.");
}

function malformed(cause?: unknown): never {
  throw new CountersignError("token_invalid", "The token is not a signed JWT.", { cause });
}

function refuse(code: ErrorCode, message: string): never {
  throw new CountersignError(code, message);
}
