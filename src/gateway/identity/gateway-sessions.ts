import {
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { CountersignError } from "../../shared/errors.ts";
import { sessionKeyInfo, type BegunSession } from "../../shared/gateway-session.ts";
import type { Principal } from "./principal.ts";
import { ReplayWindow } from "./replay-window.ts";

/** A session at the gateway, from its begin through all renewals to its end. Its id is no secret: it stands in the ledger. */
export interface GatewaySession {
  readonly id: string;
  /** Thumbprint of the key that began it. */
  readonly key: string;
  /** The enrolled device of that key; null for a service. */
  readonly device: string | null;
  /** Who it speaks for, as the newest provider's token says; its `expiresAtMs` is the session's. */
  principal: Principal;
  isEnded: boolean;
}

/** One token of a session, good until the next renewal. */
export interface SessionToken {
  readonly session: GatewaySession;
  readonly key: KeyObject;
  readonly window: ReplayWindow;
  expiresAtMs: number;
}

/** What a session is begun or renewed with: a verified token's principal, and what its DPoP proof says. */
export interface SessionWish {
  readonly principal: Principal;
  readonly key: string;
  readonly device: string | null;
  /** The client's X25519 key. */
  readonly epk: string;
  readonly renews: string | undefined;
  readonly lastsMs: number;
}

/** Requests that are under way as the session is renewed still come with the token of before. */
const overlapMs = 60_000;
/** Sessions of one principal; of the key that has the most of them the one that ends first makes room. */
const mostEach = 64;

/** A session that has ended by itself, and why. */
export interface Over {
  readonly session: GatewaySession;
  readonly why: "not renewed" | "made room for another";
}

/** The sessions of this gateway, in memory alone: after a restart each is begun anew by its client, unnoticed. */
export class GatewaySessions {
  readonly #gateway: string;
  readonly #now: () => number;
  readonly #tokens = new Map<string, SessionToken>();
  readonly #sessions = new Map<string, GatewaySession>();
  /** Those that made room since the last sweep. */
  #crowdedOut: GatewaySession[] = [];

  constructor(gateway: string, now: () => number) {
    this.#gateway = gateway;
    this.#now = now;
  }

  /** Begins a session, or goes on with the one that is named where it is of this key and principal. Throws `proof_malformed` for an unusable `epk`. */
  begin(wish: SessionWish): {
    readonly begun: BegunSession;
    readonly session: GatewaySession;
    readonly isNew: boolean;
  } {
    const nowMs = this.#now();
    const exchange = agree(wish.epk);
    const expiresAtMs = Math.min(wish.principal.expiresAtMs, nowMs + wish.lastsMs);
    const principal = { ...wish.principal, expiresAtMs };
    const known = this.#renewed(wish);
    const session = known ?? this.#open(wish, principal);
    session.principal = principal;
    for (const each of this.#tokens.values())
      if (each.session === session) each.expiresAtMs = Math.min(each.expiresAtMs, nowMs + overlapMs);
    const token = `gt_${randomBytes(32).toString("base64url")}`;
    const info = sessionKeyInfo(this.#gateway, { session: session.id, token });
    const key = createSecretKey(Buffer.from(hkdfSync("sha256", exchange.secret, "", info, 32)));
    this.#tokens.set(token, { session, key, window: new ReplayWindow(), expiresAtMs });
    const begun = { session: session.id, token, epk: exchange.epk, expiresAtMs, nowMs };
    return { begun, session, isNew: known === undefined };
  }

  /** The token's session, whether it still lasts or not; undefined for what was never given or is long over. */
  find(token: string): SessionToken | undefined {
    return this.#tokens.get(token);
  }

  /** Ends a session and all its tokens. */
  end(session: GatewaySession): void {
    session.isEnded = true;
    this.#sessions.delete(session.id);
    for (const [token, each] of this.#tokens) if (each.session === session) this.#tokens.delete(token);
  }

  /** All that last. */
  all(): readonly GatewaySession[] {
    return [...this.#sessions.values()];
  }

  /** Ends every token, as other people may be let in by now: sessions go on with their next renewal. */
  renewAll(): void {
    this.#tokens.clear();
  }

  /** Forgets what is over, and answers the sessions that have run out, or made room. */
  sweep(): readonly Over[] {
    const nowMs = this.#now();
    for (const [token, { expiresAtMs }] of this.#tokens)
      if (expiresAtMs + overlapMs <= nowMs) this.#tokens.delete(token);
    const over = this.all().filter(({ principal }) => principal.expiresAtMs <= nowMs);
    for (const session of over) {
      session.isEnded = true;
      this.#sessions.delete(session.id);
    }
    const crowdedOut = this.#crowdedOut;
    this.#crowdedOut = [];
    return [
      ...over.map((session): Over => ({ session, why: "not renewed" })),
      ...crowdedOut.map((session): Over => ({ session, why: "made room for another" })),
    ];
  }

  #renewed({ renews, principal, key }: SessionWish): GatewaySession | undefined {
    const session = renews === undefined ? undefined : this.#sessions.get(renews);
    // One that ran out is over, whether that was noticed or not.
    if (session === undefined || session.principal.expiresAtMs <= this.#now()) return undefined;
    return session.principal.id === principal.id && session.key === key ? session : undefined;
  }

  #open({ key, device }: SessionWish, principal: Principal): GatewaySession {
    const own = this.all().filter((each) => each.principal.id === principal.id);
    if (own.length >= mostEach) this.#makeRoom(own);
    const id = `gs_${randomBytes(16).toString("base64url")}`;
    const session: GatewaySession = { id, key, device, principal, isEnded: false };
    this.#sessions.set(id, session);
    return session;
  }

  /** Of the key with the most: one of a person's devices drives out its own sessions, not another's. */
  #makeRoom(own: readonly GatewaySession[]): void {
    const held = (key: string): number => own.filter((each) => each.key === key).length;
    const most = Math.max(...own.map(({ key }) => held(key)));
    const [first] = own
      .filter(({ key }) => held(key) === most)
      .toSorted((one, two) => one.principal.expiresAtMs - two.principal.expiresAtMs);
    if (first === undefined) return;
    this.end(first);
    this.#crowdedOut.push(first);
  }
}

/** X25519 (RFC 7748) with a key of this exchange alone; OpenSSL refuses keys that lead to zero. */
function agree(epk: string): { readonly secret: Buffer; readonly epk: string } {
  const own = generateKeyPairSync("x25519");
  try {
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "X25519", x: epk }, format: "jwk" });
    const secret = diffieHellman({ privateKey: own.privateKey, publicKey });
    return { secret, epk: own.publicKey.export({ format: "jwk" }).x ?? "" };
  } catch (cause) {
    throw new CountersignError("proof_malformed", "The proof's epk is no X25519 key.", { cause });
  }
}
