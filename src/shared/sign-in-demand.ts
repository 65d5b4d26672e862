import { z } from "zod";

/**
 * What a rule demands of the caller's sign-in before their call may go on: `data` of the JSON-RPC error under `401`, whose
 * `WWW-Authenticate` says the same (RFC 9470, section 3). Nothing of the call was run.
 */
export const signInDemand = z.object({
  code: z.literal("sign_in_needed"),
  rule: z.string(),
  /** What the present sign-in doesn't show: it is too old (or doesn't say its age), or lacks the context class, or the method. */
  lacks: z.enum(["age", "acr", "methods"]),
  /** The whole demand in words: "a sign-in of the last 15 minutes, with acr c1". */
  asks: z.string(),
  maxAgeSeconds: z.number().optional(),
  /** Context classes of which one is needed, a space between two. */
  acrValues: z.string().optional(),
  /** Of Entra: what its authorization endpoint takes as `claims` (JSON). */
  claims: z.string().optional(),
  /** How long the client of this call is known to wait. */
  waitMs: z.number(),
});
export type SignInDemand = z.infer<typeof signInDemand>;

/** `error` of the challenge (RFC 9470, section 3), and what Entra's own clients look for where it has `claims`. */
export const demandErrors = ["insufficient_user_authentication", "insufficient_claims"] as const;

/** What Entra is asked for an authentication context with (JSON): it knows no `acr_values`. */
export function entraClaims(value: string): string {
  return JSON.stringify({ access_token: { acrs: { essential: true, value } } });
}

/** What the owner of a profile shows while calls wait for a sign-in, or have lately been told to come again after one. */
export const signInAsked = z.object({
  /** The gateway's rule; null where the sign-in provider itself asks. */
  rule: z.string().nullable(),
  /** As the gateway says it; empty where the provider asks. */
  asks: z.string(),
  /** Of the call that came first: its connection, what it names there, and the client's id. */
  connection: z.string(),
  name: z.string().nullable(),
  client: z.string(),
  /** Calls that wait now, this one among them; none once their clients would wait no longer. */
  calls: z.number().int().nonnegative(),
  sinceMs: z.number(),
  /** It is no call that wants it, but the person's own approval of one, which they make again. */
  decision: z.literal(true).optional(),
});
export type SignInAsked = z.infer<typeof signInAsked>;
