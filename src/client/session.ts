import type { ConsoleState, SignedOut } from "../shared/console.ts";
import { CountersignError, toFailure } from "../shared/errors.ts";
import type { Device } from "./device.ts";
import type { GatewayApi, TokenSource } from "./gateway.ts";
import { createRenewal, type After } from "./renewal.ts";
import { watchSessionEnd } from "./session-end.ts";
import { signedInAccount } from "./signed-in-account.ts";
import type { Challenge, SignIn, Tokens } from "./sign-in/sign-in.ts";
import type { Vault } from "./vault/vault.ts";

export type SessionState = ConsoleState["session"];

/** Who is signed in, as a state machine: signed-out → signing-in → signed-in → needs-sign-in. Only the provider's own word that a session is dead ends it. */
export interface Session {
  state(): SessionState;
  /** Takes up the session that the vault holds, if any. */
  start(): Promise<void>;
  /**
   * The way through the browser, or by a code that is entered on any machine, then account and enrolment. A second call joins the first.
   * Throws the sign-in's codes.
   */
  signIn(by?: "browser" | "code"): Promise<void>;
  cancelSignIn(): void;
  /** Ends the session everywhere it can, and says what was done; the person is signed out whatever came of that. */
  signOut(): Promise<SignedOut>;
  /** The machine woke, or its network is another: what is due or failed before is tried now. Never opens a browser. */
  recheck(): void;
  /** The gateway takes this sign-in no more, whatever the provider says: a person has to sign in anew. */
  refused(error: CountersignError): void;
  /** A token for the gateway. Throws `signed_out`, `reauthentication_needed` or `transient`. */
  readonly token: TokenSource;
  close(): void;
}

export interface SessionOptions {
  readonly signIn: SignIn;
  /** Shows the provider's own token: there is no session at the gateway yet. */
  readonly api: GatewayApi;
  readonly device: Device;
  readonly vault: Vault;
  readonly openBrowser: (url: string) => void | Promise<void>;
  /** Throws where the gateway is not what was confirmed any more: then nobody is asked to sign in for it. */
  readonly checkPin: () => Promise<void>;
  readonly now: () => number;
  /** Timers of that clock; this machine's where it is left out. */
  readonly after?: After | undefined;
  /** What a sign-in that begins now must bring; null where nothing is asked for. */
  readonly demanded?: () => Challenge | null;
  /** A sign-in is through, and its state was told. */
  readonly onSignedIn?: () => void;
  /** Resolves once the gateway's own session, which ends with a sign-out, has ended. */
  readonly accessEnded: () => Promise<SignedOut["gateway"]>;
  onState(state: SessionState): void;
}

export function createSession(options: SessionOptions): Session {
  const account = signedInAccount(options);
  let state: SessionState = { state: "signed-out", error: null };
  let attempt: { readonly done: Promise<void>; readonly cancel: AbortController } | null = null;
  /** While the new account is looked up: the one time that a token is given out before the session is signed in. */
  let enrolling = false;
  /** The session that goes on while its person signs in anew. */
  let meanwhile: SessionState | null = null;
  const renewal = createRenewal(() => token({ force: true }), options.now, options.after);
  const end = watchSessionEnd({
    now: options.now,
    onNear: (minutes, atMs) => {
      if (state.state === "signed-in") enter({ ...state, ends: { atMs, minutes } });
    },
    // The provider has the last word on whether it is over.
    onEnd: () => void token({ force: true }).catch(() => undefined),
  });

  function enter(next: SessionState): void {
    state = next;
    if (next.state !== "signed-in") {
      renewal.stop();
      end.stop();
    }
    options.onState(next);
  }

  function follow(tokens: Tokens): void {
    const { expiresAtMs, sessionEndsAtMs = null } = tokens;
    // What can't be renewed is used to its end.
    if (sessionEndsAtMs === null || sessionEndsAtMs > expiresAtMs) renewal.plan(expiresAtMs);
    if (state.state === "signed-in" && state.ends !== undefined && state.ends.atMs !== sessionEndsAtMs) {
      const { ends: _past, ...going } = state;
      enter(going);
    }
    end.plan(sessionEndsAtMs);
  }

  async function token(wanted: { readonly force?: boolean } = {}): Promise<Tokens> {
    const asked = state.state === "signing-in" && meanwhile !== null ? meanwhile : state;
    const still = () => asked.state === "signed-in" && state.state === "signed-in" && state.account === asked.account;
    if (asked.state === "needs-sign-in") throw new CountersignError("reauthentication_needed", "Sign in again.");
    if (asked.state !== "signed-in" && !enrolling) throw new CountersignError("signed_out", "Sign in first.");
    try {
      const tokens = await options.signIn.token({ minValidityMs, force: wanted.force ?? false });
      if (still()) follow(tokens);
      return tokens;
    } catch (error) {
      const dead = error instanceof CountersignError && deadCodes.has(error.code);
      // A late answer must not end a session that was begun meanwhile.
      if (dead && still() && asked.state === "signed-in")
        enter({ state: "needs-sign-in", account: asked.account, error: toFailure(error), ...whether(options.signIn) });
      throw error;
    }
  }

  async function runSignIn(signal: AbortSignal, by: "browser" | "code"): Promise<void> {
    const before = state;
    let replaced = false;
    meanwhile = before.state === "signed-in" ? before : null;
    enter({ state: "signing-in", url: null });
    try {
      await options.checkPin();
      signal.throwIfAborted();
      const byCode = by === "code" ? { showCode } : {};
      const challenge = options.demanded?.() ?? null;
      const demanded = challenge === null ? {} : { challenge };
      const tokens = await options.signIn.signIn({ signal, openBrowser: (url) => offer(url), ...byCode, ...demanded });
      replaced = true;
      meanwhile = null;
      enrolling = true;
      const { principal, device } = await account.lookUp();
      signal.throwIfAborted();
      await account.keep(principal);
      enter({ state: "signed-in", account: principal, device });
      follow(tokens);
      options.onSignedIn?.();
    } catch (error) {
      const fault = signal.aborted
        ? new CountersignError("cancelled", "The sign-in was cancelled.", { cause: error })
        : error;
      // The old session is still good until new tokens took its place; half a new one is none.
      if (replaced) await account.forget();
      enter(replaced ? signedOut(fault) : returnTo(before, fault));
      if (state.state === "signed-in") void token().catch(() => undefined);
      throw fault;
    } finally {
      enrolling = false;
      meanwhile = null;
    }
  }

  function offer(url: string): void | Promise<void> {
    enter({ state: "signing-in", url: webPage(url) });
    return options.openBrowser(url);
  }

  function showCode({ userCode, url }: { readonly userCode: string; readonly url: string }): void {
    enter({ state: "signing-in", url: webPage(url), code: userCode });
  }

  return {
    state: () => state,
    token,
    async start() {
      const kept = await account.kept();
      if (kept === null) return;
      const { principal, device } = kept;
      const error = { code: "unknown_device", message: "This device's key is gone: sign in again." } as const;
      const known = { account: principal };
      enter(device === null ? { state: "needs-sign-in", ...known, error } : { state: "signed-in", ...known, device });
    },
    async signIn(by = "browser") {
      if (attempt === null) {
        const cancel = new AbortController();
        attempt = { cancel, done: runSignIn(cancel.signal, by).finally(() => (attempt = null)) };
      }
      await attempt.done;
    },
    refused(error) {
      if (state.state !== "signed-in") return;
      enter({ state: "needs-sign-in", account: state.account, error: toFailure(error) });
    },
    cancelSignIn: () => attempt?.cancel.abort(),
    async signOut() {
      attempt?.cancel.abort();
      await attempt?.done.catch(() => undefined);
      enter({ state: "signed-out", error: null });
      const left = await account.forget();
      // Somebody may be signing in again by now.
      if (state.state === "signed-out") enter({ ...state, left });
      return left;
    },
    recheck() {
      if (state.state === "signed-in") renewal.hurry();
    },
    close() {
      attempt?.cancel.abort();
      renewal.stop();
      end.stop();
    },
  };
}

/** A call that starts now should still have a valid token when the gateway reads it. */
const minValidityMs = 10_000;
const deadCodes: ReadonlySet<string> = new Set(["reauthentication_needed", "signed_out"]);

function whether(signIn: SignIn): { readonly demanded?: true } {
  return signIn.isMoreAsked() ? { demanded: true } : {};
}

/** The address comes from a provider's metadata: nothing but a web page is ever handed to the desktop. */
function webPage(url: string): string {
  if (/^https?:\/\//.test(url)) return url;
  throw new CountersignError("misconfigured", "The provider's sign-in page is no web page.");
}

function signedOut(error: unknown): SessionState {
  const failure = toFailure(error);
  // Whoever cancels needs no message that they did.
  return { state: "signed-out", error: failure.code === "cancelled" ? null : failure };
}

function returnTo(before: SessionState, error: unknown): SessionState {
  if (before.state === "signed-in" || before.state === "needs-sign-in") return before;
  return signedOut(error);
}
