import type { SignedOut } from "../../shared/console.ts";
import type { Vault } from "../vault/vault.ts";
import type { RedirectAddress } from "./receiver.ts";
import type { Challenge, Tokens } from "./sign-in.ts";
import type { Transport } from "./transport.ts";

/**
 * What differs between the libraries. Calls never overlap; the session lives in the vault, the
 * access token with the caller. Any error may be thrown: `codeOf` reads it.
 */
export interface Adapter {
  readonly redirect: RedirectAddress;
  /** Prepares one interactive sign-in that asks for a fresh `auth_time`, and for what a challenge demands. */
  authorize(redirectUri: string, challenge: Challenge | null): Promise<Authorization>;
  /** Prepares a sign-in with a code, in a browser on any machine. */
  device(challenge: Challenge | null): Promise<DeviceCode>;
  /** New tokens by the stored session. A challenge that no silent request can meet throws `reauthentication_needed`. */
  refresh(challenge: Challenge | null): Promise<Tokens>;
  /** Removes the stored session, locally. */
  forget(): Promise<void>;
  /** Forgets, and revokes what the provider can revoke. */
  signOut(): Promise<Omit<SignedOut, "kept" | "gateway">>;
  /** Whether the vault still holds a session. */
  holds(): Promise<boolean>;
  /** The OAuth error code (RFC 6749, section 5.2) or the library's own in an error of the library. */
  codeOf(error: unknown): string | null;
  /** What the provider said in this error that the next sign-in must bring. */
  challengeIn(error: unknown): Challenge | null;
}

export interface Authorization {
  readonly url: string;
  readonly state: string;
  /** Redeems the code in the address that the browser came back to, and stores the session. */
  exchange(callback: URL): Promise<Tokens>;
}

export interface DeviceCode {
  readonly userCode: string;
  /** Where the code is entered. */
  readonly url: string;
  readonly expiresInMs: number;
  /** Resolves once the person is done. Rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<void>;
  /** Takes what came, and stores the session. */
  redeem(): Promise<Tokens>;
}

export interface Tools {
  readonly vault: Vault;
  readonly transport: Transport;
  readonly now: () => number;
}

/**
 * Seconds since the person last proved who they are. Enrolling a device needs less than 300 at the gateway, and the
 * way there takes a moment.
 */
export const freshSeconds = 240;

/**
 * How far a clock here may be from the provider's. An id token comes straight from the token endpoint over TLS, bound to our nonce, so its
 * times add little; the gateway, whose clock is kept, judges those of the access token.
 */
export const clockToleranceSeconds = 600;

/** Nobody was signed in. */
export const nothingToEnd = { logoutUrl: null, provider: "none" } as const;

/**
 * When a refresh token ends, by the answer that brought it: no standard has a member for that, `refresh_token_expires_in` is Entra's and
 * others', `refresh_expires_in` Keycloak's (0: never). Absent where the answer doesn't say.
 */
export function sessionEndIn(answer: object, nowMs: number): { readonly sessionEndsAtMs?: number } {
  const told = new Map(Object.entries(answer));
  const seconds = Number(told.get("refresh_token_expires_in") ?? told.get("refresh_expires_in") ?? 0);
  return seconds > 0 ? { sessionEndsAtMs: nowMs + seconds * 1000 } : {};
}
