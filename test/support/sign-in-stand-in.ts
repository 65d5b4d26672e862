import { CountersignError, type ErrorCode } from "../../src/shared/errors.ts";
import type { SignIn, Tokens } from "../../src/client/sign-in/sign-in.ts";

/** A sign-in whose provider is the test: what it hands out next, and how it fails. */
export interface SignInStandIn extends SignIn {
  /** Given out from now on. */
  accessToken: string;
  /** What `force` gets, where it differs. */
  renewedToken: string | null;
  expiresAtMs: number;
  /** Null: the provider doesn't say. */
  sessionEndsAtMs: number | null;
  failure: ErrorCode | null;
  /** How often a token was renewed by force. */
  renewals: number;
  signedOut: boolean;
  url: string;
  /** Waits for the browser until this resolves. */
  browser: Promise<void>;
}

export function signInStandIn(now: () => number = Date.now): SignInStandIn {
  const tokens = (): Tokens => {
    if (standIn.failure !== null) throw new CountersignError(standIn.failure, `provider: ${standIn.failure}`);
    const { accessToken, expiresAtMs, sessionEndsAtMs } = standIn;
    const end = sessionEndsAtMs === null ? {} : { sessionEndsAtMs };
    return { accessToken, expiresAtMs, account: { subject: "sam", name: "Sam" }, ...end };
  };
  const standIn: SignInStandIn = {
    accessToken: "token-1",
    renewedToken: null,
    expiresAtMs: now() + 3_600_000,
    sessionEndsAtMs: null,
    failure: null,
    renewals: 0,
    signedOut: false,
    url: "http://127.0.0.1:1/authorize",
    browser: Promise.resolve(),
    async signIn(options) {
      const { signal } = options;
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new CountersignError("cancelled", "The sign-in was cancelled.")));
      });
      await Promise.race([Promise.resolve(options.openBrowser(standIn.url)).then(() => standIn.browser), aborted]);
      return tokens();
    },
    async token({ force = false } = {}) {
      if (force) {
        standIn.renewals += 1;
        standIn.accessToken = standIn.renewedToken ?? standIn.accessToken;
      }
      return tokens();
    },
    isMoreAsked: () => false,
    async signOut() {
      standIn.signedOut = true;
      return { logoutUrl: null, provider: "none" as const, kept: false };
    },
    close: () => undefined,
  };
  return standIn;
}
