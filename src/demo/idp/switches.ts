/**
 * What tests and demonstrations may change while an issuer runs; each takes effect with the next request.
 * `dropped`: connections end without an answer, as if nobody listened.
 */
export interface Switches {
  accessTokenSeconds: number;
  refreshTokenSeconds: number;
  failure: "none" | "dropped" | "unavailable" | "too-many-requests";
  /** How many requests were dropped so far. */
  dropped: number;
  /** Milliseconds that every answer is held back. */
  delayMs: number;
  /** Whoever is picked, the client is told `access_denied`. */
  denySignIn: boolean;
  /** Nothing is renewed until a sign-in asks for exactly this: Entra's `claims`, elsewhere `acr_values`. */
  demand: string | null;
  /** Context classes that a sign-in can meet, and meets wherever it is asked to. */
  contexts: readonly string[];
  /** Id tokens name somebody else than what was signed. */
  forgeIdTokens: boolean;
}

/** Tokens of ten minutes, sessions of a day, no failures. */
export function initialSwitches(given: Partial<Switches> = {}): Switches {
  return {
    accessTokenSeconds: 600,
    refreshTokenSeconds: 86_400,
    failure: "none",
    dropped: 0,
    delayMs: 0,
    denySignIn: false,
    demand: null,
    contexts: ["urn:example:mfa", "urn:okta:loa:2fa:any", "phr", "c1"],
    forgeIdTokens: false,
    ...given,
  };
}
