import type { SignedOut } from "../../shared/console.ts";
import type { Provider } from "../../shared/provider.ts";
import type { Vault } from "../vault/vault.ts";
import type { Adapter, Tools } from "./adapter.ts";
import { signInThrough } from "./flow.ts";
import { openTransport } from "./transport.ts";

export interface Tokens {
  readonly accessToken: string;
  /** By the clock that createSignIn was given. */
  readonly expiresAtMs: number;
  readonly account: Account;
  /** When no renewal goes beyond; absent where the provider doesn't say. */
  readonly sessionEndsAtMs?: number;
}

/** `subject` is the key in the gateway's principal ids: `sub` (OIDC), `tid:oid` (Entra), `uid` (Okta). */
export interface Account {
  readonly subject: string;
  readonly name: string;
}

/**
 * What a new token must bring: Entra's `claims` as they came (JSON), or the context classes and the age in seconds that
 * a resource server asks for (RFC 9470, section 3).
 */
export interface Challenge {
  readonly claims?: string;
  readonly acrValues?: string;
  readonly maxAgeSeconds?: number;
}

/**
 * The one owner of a person's sign-in on this machine. Its errors are CountersignError with `reauthentication_needed`,
 * `cancelled`, `timed_out`, `denied`, `transient` or `misconfigured`; a transient one never ends the session.
 */
export interface SignIn {
  /**
   * Interactive: hands the authorization URL to openBrowser and waits on our own loopback receiver, three minutes by
   * default. A second call cancels the first. Once the browser is back, cancelling comes too late. Without a `challenge`
   * it brings what the provider itself last demanded.
   */
  signIn(options: {
    openBrowser(url: string): void | Promise<void>;
    signal: AbortSignal;
    timeoutMs?: number;
    challenge?: Challenge;
    /** Given, no browser is opened and nothing is listened on: the person enters this code at this address, on any machine, while it lasts. */
    showCode?: (code: { readonly userCode: string; readonly url: string }) => void;
  }): Promise<Tokens>;
  /**
   * A token with at least minValidityMs left (default 60 s), refreshed silently; concurrent calls share one refresh.
   * `force`: refresh now. A provider whose tokens live shorter than that gives what it gives. A `challenge` that takes a
   * person throws `reauthentication_needed`, leaves the session as it is, and is met by the next sign-in.
   */
  token(options?: { minValidityMs?: number; force?: boolean; challenge?: Challenge }): Promise<Tokens>;
  /**
   * Forgets the session, revokes where the provider can and tries whether that holds; with the address where the browser's session at
   * the provider ends, if there is one. Never throws for network reasons.
   */
  signOut(): Promise<Omit<SignedOut, "gateway">>;
  /** Whether the provider demanded a fresh or a stronger sign-in, until one brought it. */
  isMoreAsked(): boolean;
  /** Cancels a waiting sign-in and ends connections; the session stays in the vault. */
  close(): void;
}

/**
 * The sign-in of one provider. `ca` is PEM, trusted besides the system's authorities; `now` in ms; the provider has
 * `patienceMs` for an answer, ten seconds by default.
 */
export async function createSignIn(
  provider: Provider,
  options: { readonly vault: Vault; readonly ca?: string; readonly now?: () => number; readonly patienceMs?: number },
): Promise<SignIn> {
  const now = options.now ?? Date.now;
  const transport = openTransport(options.ca, {
    now,
    ...(options.patienceMs === undefined ? {} : { timeoutMs: options.patienceMs }),
  });
  const adapter = await load(provider, { vault: options.vault, transport, now });
  return signInThrough(adapter, transport, now);
}

/** Each library costs megabytes, so only the one in use is loaded. */
async function load(provider: Provider, tools: Tools): Promise<Adapter> {
  switch (provider.kind) {
    case "oidc":
      return (await import("./oidc.ts")).oidcAdapter(provider, tools);
    case "entra":
      return (await import("./entra.ts")).entraAdapter(provider, tools);
    case "okta":
      return (await import("./okta.ts")).oktaAdapter(provider, tools);
    default:
      return provider satisfies never;
  }
}
